import type { Tensor } from '../engine.ts';

/** What tfjs-node's binding calls its attribute types and data types. */
export type Binding = Readonly<
  Record<
    | 'TF_ATTR_BOOL'
    | 'TF_ATTR_FLOAT'
    | 'TF_ATTR_INT'
    | 'TF_ATTR_STRING'
    | 'TF_ATTR_TYPE'
    | 'TF_ATTR_SHAPE'
    | 'TF_FLOAT'
    | 'TF_INT32',
    number
  >
> & { readonly TF_Version: string };

export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** Runs TensorFlow operations by name. */
export interface Context {
  readonly binding: Binding;
  readonly floatType: Attribute;
  readonly run: (name: string, attributes: Attribute[], inputs: Tensor[], outputs: number) => Tensor[];
}
