// OnDemand: a value that takes no room until it is first written to. Until then it reads as a
// default one.
#pragma once

#include <memory>

namespace freshet {

template <class T>
class OnDemand {
 public:
  const T* operator->() const {
    static const T kDefault{};
    return value_ ? value_.get() : &kDefault;
  }
  T* operator->() {
    if (!value_) value_ = std::make_unique<T>();
    return value_.get();
  }
  bool is_there() const { return value_ != nullptr; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace freshet
