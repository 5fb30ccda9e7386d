/**
 * TensorFlow announces itself on standard error when its library is loaded, before anything could tell it not to, and in a
 * process that talks with people that line stands in the middle of the talk. This small library raises TensorFlow's level of
 * logging to errors before TensorFlow's own initialisers run: libraries without dependencies of their own are initialised
 * first, the last one listed before the others, while the symbol it refers to is resolved already.
 *
 * The symbol is weak and carries the version of Abseil inside the pinned TensorFlow; under another version the library
 * would do nothing, and the line would be back.
 */
export const quietLogSource = `
namespace absl {
inline namespace lts_20250814 {
enum class LogSeverityAtLeast : int;
__attribute__((weak)) void SetMinLogLevel(LogSeverityAtLeast severity);
}
}
__attribute__((constructor)) static void quiet() {
  const int errors = 2;
  if (absl::SetMinLogLevel) absl::SetMinLogLevel(static_cast<absl::LogSeverityAtLeast>(errors));
}
`;

export const quietLogName = 'libfabulist_quiet.so';
