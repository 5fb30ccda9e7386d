// The kernels as TensorFlow operations, loaded by Node as an addon: TensorFlow, which tfjs-node has loaded before, then knows these
// operations (src/engine/native/own-kernels.ts calls them by name). It exports `products`: whether the products are as fast as
// TensorFlow's, which chooses its instructions by itself; without fused multiplication and addition they are not.
#include <node_api.h>

#include "operations.h"

namespace fabulist {
namespace {

void unknownShapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeInferenceContextSetUnknownShape(context, status);
}

bool add(const char* name, std::initializer_list<const char*> inputs, std::initializer_list<const char*> outputs,
         void (*compute)(void*, TF_OpKernelContext*), const char* attribute = nullptr) {
  TF_Status* status = TF_NewStatus();
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(name);
  if (attribute) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, unknownShapes);
  TF_RegisterOpDefinition(definition, status);
  if (TF_GetCode(status) == TF_OK)
    TF_RegisterKernelBuilder(name, TF_NewKernelBuilder(name, "CPU", nullptr, compute, nullptr), status);
  const bool added = TF_GetCode(status) == TF_OK;
  TF_DeleteStatus(status);
  return added;
}

bool addAll() {
  return add("FabulistCell",
             {"x: float", "ids: int32", "recurrent: float", "parents: int32", "bias: float", "c_before: float"},
             {"gates: float", "c: float", "h: float"}, computeCell<true>) &&
         add("FabulistState",
             {"x: float", "ids: int32", "recurrent: float", "parents: int32", "bias: float", "c_before: float"},
             {"c: float", "h: float"}, computeCell<false>) &&
         add("FabulistCellGradient",
             {"gates: float", "c: float", "c_before: float", "parents: int32", "dh: float", "dc: float"},
             {"dc_before: float", "dz_before: float"}, computeCellGradient) &&
         add("FabulistSequence", {"x: float", "bias: float", "recurrent: float", "h_before: float", "c_before: float"},
             {"gates: float", "c: float", "h: float"}, computeSequence) &&
         add("FabulistSequenceGradient",
             {"gates: float", "c: float", "c_before: float", "recurrent: float", "dh: float"}, {"dz: float"},
             computeSequenceGradient) &&
         add("FabulistCrossEntropy", {"logits: float", "bias: float", "targets: int32", "settings: float"},
             {"loss: float", "predicted: int32", "slope: float", "bias_slope: float"}, computeCrossEntropy) &&
         add("FabulistSumRows", {"ids: int32", "count: int32", "parts: N * float"}, {"sums: float"},
             computeSumRows, "N: int >= 1") &&
         add("FabulistPickRows", {"table: float", "ids: int32"}, {"picked: float"}, computePickRows) &&
         add("FabulistPutRows", {"tables: N * float", "rows: N * float", "places: int32"}, {}, computePutRows,
             "N: int >= 1") &&
         add("FabulistLaid", {"matrix: float"}, {"laid: float"}, computeLaid) &&
         add("FabulistProduct", {"left: float", "right: float", "bias: float"}, {"product: float"},
             computeProduct<false, product>) &&
         add("FabulistPutProduct", {"table: float", "places: int32", "left: float", "right: float"}, {},
             computePutProduct) &&
         add("FabulistProductTurned", {"left: float", "right: float", "bias: float"}, {"product: float"},
             computeProduct<true, product>) &&
         add("FabulistGradientProduct", {"left: N * float", "right: N * float"}, {"product: float"},
             computeGradientProduct, "N: int >= 1") &&
         add("FabulistProbabilities", {"left: float", "right: float", "bias: float"}, {"probabilities: float"},
             computeProduct<true, probabilities>) &&
         add("FabulistLogProbabilities", {"left: float", "right: float", "bias: float"}, {"logarithms: float"},
             computeProduct<false, logProbabilities>) &&
         add("FabulistLogMixture", {"p: float", "q: float", "share: float"}, {"logarithms: float"}, computeLogMixture) &&
         add("FabulistAdam",
             {"weights: N * float", "first: N * float", "second: N * float", "gradients: N * float", "settings: float"}, {},
             computeMove<2, adam>, "N: int >= 1") &&
         add("FabulistRmsProp", {"weights: N * float", "second: N * float", "gradients: N * float", "settings: float"}, {},
             computeMove<1, rmsProp>, "N: int >= 1");
}

}  // namespace
}  // namespace fabulist

// Once a process, also where several of its threads load the addon: TensorFlow refuses to learn an operation twice.
NAPI_MODULE_INIT() {
  static const bool added = fabulist::addAll();
  if (!added) napi_throw_error(env, nullptr, "TensorFlow does not take the kernels.");
#if defined(__FMA__)
  constexpr bool kProducts = true;
#else
  constexpr bool kProducts = false;
#endif
  napi_value products;
  napi_get_boolean(env, kProducts, &products);
  napi_set_named_property(env, exports, "products", products);
  return exports;
}
