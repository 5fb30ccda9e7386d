import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** What TensorBoard is told about one step. */
export interface BoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** Curves, by tag: TensorBoard puts `training/loss` and `training/accuracy` into one group. */
  readonly scalars?: Readonly<Record<string, number>>;
  /** Texts, by tag; TensorBoard reads them as Markdown. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** TensorFlow's DataType of strings, and TensorBoard's DataClass of tensors. */
const DT_STRING = 7;
const DATA_CLASS_TENSOR = 2;

/** The bytes of TensorFlow's `Event` (tensorflow/core/util/event.proto); the numbers are those of its fields. */
export function encodeEvent({ wallTime, step, scalars = {}, texts = {} }: BoardEvent): Uint8Array {
  const event = new BinaryWriter();
  event.tag(1, WireType.Bit64).double(wallTime);
  event.tag(2, WireType.Varint).int64(step);
  message(event, 5, (summary) => {
    for (const [tag, value] of Object.entries(scalars)) {
      // Rounded first: the writer refuses what a float cannot hold, such as the exponential of a large loss.
      message(summary, 1, (entry) => {
        entry.tag(1, WireType.LengthDelimited).string(tag);
        entry.tag(2, WireType.Bit32).float(Math.fround(value));
      });
    }
    for (const [tag, text] of Object.entries(texts)) message(summary, 1, (entry) => writeText(entry, tag, text));
  });
  return event.finish();
}

/** The first event of every file: the version of the format. */
export function encodeFileVersion(wallTime: number): Uint8Array {
  const event = new BinaryWriter();
  event.tag(1, WireType.Bit64).double(wallTime);
  event.tag(3, WireType.LengthDelimited).string('brain.Event:2');
  return event.finish();
}

/** A `Summary.Value` with a tensor of one string and no dimensions, marked as the text plugin's. */
function writeText(entry: BinaryWriter, tag: string, text: string): void {
  entry.tag(1, WireType.LengthDelimited).string(tag);
  message(entry, 8, (tensor) => {
    tensor.tag(1, WireType.Varint).int32(DT_STRING);
    message(tensor, 2, () => undefined);
    tensor.tag(8, WireType.LengthDelimited).string(text);
  });
  message(entry, 9, (metadata) => {
    message(metadata, 1, (plugin) => plugin.tag(1, WireType.LengthDelimited).string('text'));
    metadata.tag(4, WireType.Varint).int32(DATA_CLASS_TENSOR);
  });
}

function message(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => unknown): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
