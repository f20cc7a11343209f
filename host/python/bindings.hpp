/// What the files of spinn._core share: NumPy arrays, distributions, errors.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace spinn::python {

namespace nb = nanobind;

/// A contiguous array on the CPU, taken as it is or converted by NumPy.
template <typename T>
using InArray = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

template <typename T>
std::span<const T> span_of(const InArray<T>& array) {
    return {array.data(), array.size()};
}

/// A NumPy array that owns the values. @param shape  whose product is their number
template <typename T>
nb::ndarray<nb::numpy, T> to_numpy(std::vector<T> values, std::initializer_list<std::size_t> shape) {
    auto owned = std::make_unique<std::vector<T>>(std::move(values));
    T* const data = owned->data();
    nb::capsule owner(owned.get(), [](void* vector) noexcept { delete static_cast<std::vector<T>*>(vector); });
    owned.release();
    return nb::ndarray<nb::numpy, T>(data, shape, owner);
}
template <typename T>
nb::ndarray<nb::numpy, T> to_numpy(std::vector<T> values) {
    const std::size_t n = values.size();
    return to_numpy(std::move(values), {n});
}

void bind_network(nb::module_& module);
void bind_session(nb::module_& module);

}  // namespace spinn::python
