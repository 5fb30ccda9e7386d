// One call of a kernel: its inputs with their shapes, its outputs, and the refusal of what does not fit together.
#pragma once
#include <initializer_list>
#include <vector>

#include "tensorflow-c.h"

namespace fabulist {

class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }
  Call(const Call&) = delete;

  bool ok() const { return TF_GetCode(status_) == TF_OK; }

  // An input of these dimensions; null where it is empty (there is none) or not of that shape, which fails the call.
  template <typename Number>
  const Number* input(int index, std::initializer_list<int64_t> dimensions, bool optional = false) {
    const TF_Tensor* tensor = at(index);
    if (!tensor) return nullptr;
    if (optional && count(tensor) == 0) return nullptr;
    bool fits = TF_NumDims(tensor) == static_cast<int>(dimensions.size());
    int k = 0;
    for (int64_t dimension : dimensions) {
      if (fits && dimension >= 0 && TF_Dim(tensor, k) != dimension) fits = false;
      k++;
    }
    if (!fits && ok()) TF_SetStatus(status_, TF_INVALID_ARGUMENT, "an input has the wrong shape");
    return fits ? static_cast<const Number*>(TF_TensorData(tensor)) : nullptr;
  }

  // Length of an input in one direction; 0 where it has no such direction.
  int64_t length(int index, int direction) {
    const TF_Tensor* tensor = at(index);
    return tensor && direction < TF_NumDims(tensor) ? TF_Dim(tensor, direction) : 0;
  }

  // How many numbers an input has, in whatever shape.
  int64_t size(int index) {
    const TF_Tensor* tensor = at(index);
    return tensor ? count(tensor) : 0;
  }

  // An input of so many numbers, in whatever shape, that may be changed where it lies: its memory must be the caller's alone.
  float* inPlace(int index, int64_t many) {
    const TF_Tensor* tensor = at(index);
    expect(tensor && count(tensor) == many);
    return tensor ? static_cast<float*>(TF_TensorData(tensor)) : nullptr;
  }

  template <typename Number>
  Number* output(int index, TF_DataType type, std::initializer_list<int64_t> dimensions) {
    if (!ok()) return nullptr;
    size_t bytes = sizeof(Number);
    for (int64_t dimension : dimensions) bytes *= dimension;
    TF_Tensor* tensor = TF_AllocateOutput(context_, index, type, dimensions.begin(), static_cast<int>(dimensions.size()),
                                          bytes, status_);
    if (!tensor) return nullptr;
    tensors_.push_back(tensor);
    return static_cast<Number*>(TF_TensorData(tensor));
  }
  float* floats(int index, std::initializer_list<int64_t> dimensions) { return output<float>(index, TF_FLOAT, dimensions); }

  // Fails the call unless all ids are rows of something of that many.
  void within(const int32_t* ids, int64_t many, int64_t rows) {
    for (int64_t k = 0; ids && k < many; k++)
      if ((ids[k] < 0 || ids[k] >= rows) && ok()) TF_SetStatus(status_, TF_INVALID_ARGUMENT, "an id is out of range");
  }

  void expect(bool condition) {
    if (!condition && ok()) TF_SetStatus(status_, TF_INVALID_ARGUMENT, "the inputs do not fit together");
  }

 private:
  const TF_Tensor* at(int index) {
    if (static_cast<int>(inputs_.size()) <= index) inputs_.resize(index + 1);
    if (!inputs_[index] && ok()) {
      TF_GetInput(context_, index, &inputs_[index], status_);
      if (inputs_[index]) tensors_.push_back(inputs_[index]);
    }
    return inputs_[index];
  }
  static int64_t count(const TF_Tensor* tensor) {
    int64_t product = 1;
    for (int k = 0; k < TF_NumDims(tensor); k++) product *= TF_Dim(tensor, k);
    return product;
  }

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> inputs_;
  std::vector<TF_Tensor*> tensors_;
};

}  // namespace fabulist
