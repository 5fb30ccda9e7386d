/** The Python package whose TensorFlow the addon is built against: one pinned file for each kind of processor. */
export interface TensorFlowWheel {
  /** For a pip requirements file. */
  readonly requirement: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The wheel is asked for by its tags, so that it is the same file whichever Python does the asking. */
  readonly platformTag: string;
  /** What is kept of it, from its folder `tensorflow/`, with unpacked sizes in bytes. */
  readonly libraries: readonly { readonly name: string; readonly bytes: number }[];
}

export const tensorFlowVersion = '2.21.0';

/** The oldest GNU C library that the wheels run on, by their tag `manylinux_2_27`. */
export const oldestGlibc = '2.27';

/**
 * What tfjs-node's binding includes, directly and through one another, from the wheel's folder `tensorflow/include/`.
 * The whole folder would be 85 MB.
 */
export const tensorFlowHeaders: readonly string[] = [
  'tensorflow/c/c_api.h',
  'tensorflow/c/c_api_macros.h',
  'tensorflow/c/eager/c_api.h',
  'tensorflow/c/tf_attrtype.h',
  'tensorflow/c/tf_buffer.h',
  'tensorflow/c/tf_datatype.h',
  'tensorflow/c/tf_status.h',
  'tensorflow/c/tf_tensor.h',
  'tensorflow/c/tf_tstring.h',
  'tensorflow/core/platform/ctstring.h',
  'tensorflow/core/platform/ctstring_internal.h',
  'tsl/platform/ctstring.h',
  'tsl/platform/ctstring_internal.h',
  'xla/tsl/c/tsl_status.h',
];

const wheels: Readonly<Record<string, TensorFlowWheel>> = {
  x64: {
    requirement: `tensorflow-cpu==${tensorFlowVersion}`,
    sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    bytes: 273_829_956,
    platformTag: 'manylinux_2_27_x86_64',
    libraries: [
      { name: 'libtensorflow_cc.so.2', bytes: 788_086_608 },
      { name: 'libtensorflow_framework.so.2', bytes: 65_222_328 },
    ],
  },
  // There is no tensorflow-cpu for this processor; tensorflow itself is the one without GPU code here.
  arm64: {
    requirement: `tensorflow==${tensorFlowVersion}`,
    sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    bytes: 281_828_020,
    platformTag: 'manylinux_2_27_aarch64',
    libraries: [
      { name: 'libtensorflow_cc.so.2', bytes: 814_885_544 },
      { name: 'libtensorflow_framework.so.2', bytes: 68_176_664 },
    ],
  },
};

/** The wheel for a processor as Node names it (`process.arch`), or null where there is none. */
export function wheelFor(arch: string): TensorFlowWheel | null {
  return wheels[arch] ?? null;
}
