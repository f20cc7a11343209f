/// Writing attributes, texts, vectors and growing datasets with HDF5; failures are RequestErrors.
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/hdf5_handle.hpp"
#include "protocols/error.hpp"

namespace spinn {

inline constexpr hsize_t chunk_elements = 4096;
inline constexpr std::size_t buffer_elements = 65536;

/// Every call that can fail on a bad disk goes through here.
inline hid_t checked(hid_t id, const char* what) {
    if (id < 0) {
        const std::string reason = errno != 0 ? std::strerror(errno) : "HDF5 gives no reason";
        throw RequestError({.what = std::string("cannot write ") + what + ": " + reason,
                            .where = "results file",
                            .fix = "check that the disk has room"});
    }
    return id;
}

inline Hdf5Handle group(hid_t parent, const std::string& name) {
    return {checked(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "a group"), H5Gclose};
}

inline void write_attribute(hid_t object, const char* name, hid_t type, hid_t space, const void* value) {
    const Hdf5Handle attribute{checked(H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT), name),
                               H5Aclose};
    checked(H5Awrite(attribute.get(), type, value), name);
}

template <typename T>
hid_t type_of();
template <>
inline hid_t type_of<double>() {
    return H5T_IEEE_F64LE;
}
template <>
inline hid_t type_of<std::uint8_t>() {
    return H5T_STD_U8LE;
}
template <>
inline hid_t type_of<std::uint32_t>() {
    return H5T_STD_U32LE;
}
template <>
inline hid_t type_of<std::uint64_t>() {
    return H5T_STD_U64LE;
}

template <typename T>
hid_t memory_type_of();
template <>
inline hid_t memory_type_of<double>() {
    return H5T_NATIVE_DOUBLE;
}
template <>
inline hid_t memory_type_of<std::uint8_t>() {
    return H5T_NATIVE_UINT8;
}
template <>
inline hid_t memory_type_of<std::uint32_t>() {
    return H5T_NATIVE_UINT32;
}
template <>
inline hid_t memory_type_of<std::uint64_t>() {
    return H5T_NATIVE_UINT64;
}

template <typename T>
void write_scalar(hid_t object, const char* name, T value) {
    const Hdf5Handle space{H5Screate(H5S_SCALAR), H5Sclose};
    const Hdf5Handle attribute{
        checked(H5Acreate2(object, name, type_of<T>(), space.get(), H5P_DEFAULT, H5P_DEFAULT), name), H5Aclose};
    checked(H5Awrite(attribute.get(), memory_type_of<T>(), &value), name);
}

/// UTF-8, padded with zeros; at least one byte, because HDF5 has no empty strings.
inline Hdf5Handle text_type(std::size_t bytes) {
    Hdf5Handle type{H5Tcopy(H5T_C_S1), H5Tclose};
    H5Tset_size(type.get(), std::max<std::size_t>(bytes, 1));
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    return type;
}

inline void write_text(hid_t object, const char* name, std::string_view text) {
    const Hdf5Handle type = text_type(text.size());
    const Hdf5Handle space{H5Screate(H5S_SCALAR), H5Sclose};
    const std::string padded = text.empty() ? std::string(1, '\0') : std::string(text);
    write_attribute(object, name, type.get(), space.get(), padded.data());
}

/// Units as a string of variable length, which is what SONATA's readers expect.
inline void write_units(hid_t object, const char* units) {
    const Hdf5Handle type{H5Tcopy(H5T_C_S1), H5Tclose};
    H5Tset_size(type.get(), H5T_VARIABLE);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    const Hdf5Handle space{H5Screate(H5S_SCALAR), H5Sclose};
    write_attribute(object, "units", type.get(), space.get(), &units);
}

template <typename T>
Hdf5Handle write_vector(hid_t parent, const char* name, std::span<const T> values) {
    const hsize_t size = values.size();
    const Hdf5Handle space{H5Screate_simple(1, &size, nullptr), H5Sclose};
    Hdf5Handle set{
        checked(H5Dcreate2(parent, name, type_of<T>(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), name),
        H5Dclose};
    if (!values.empty())
        checked(H5Dwrite(set.get(), memory_type_of<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), name);
    return set;
}

inline void write_texts(hid_t parent, const char* name, const std::vector<std::string>& texts) {
    std::size_t longest = 1;
    for (const std::string& text : texts) longest = std::max(longest, text.size());
    std::vector<char> bytes(longest * texts.size(), '\0');
    for (std::size_t i = 0; i < texts.size(); ++i) std::ranges::copy(texts[i], bytes.data() + i * longest);
    const hsize_t size = texts.size();
    const Hdf5Handle type = text_type(longest);
    const Hdf5Handle space{H5Screate_simple(1, &size, nullptr), H5Sclose};
    const Hdf5Handle set{
        checked(H5Dcreate2(parent, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), name),
        H5Dclose};
    if (!texts.empty()) checked(H5Dwrite(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()), name);
}

/// Spikes are 'by_time': SONATA wants an enumeration.
inline void write_sorting(hid_t object) {
    const Hdf5Handle type{H5Tenum_create(H5T_STD_U8LE), H5Tclose};
    const std::array<std::pair<const char*, std::uint8_t>, 3> members = {{{"none", 0}, {"by_id", 1}, {"by_time", 2}}};
    for (const auto& [name, value] : members) H5Tenum_insert(type.get(), name, &value);
    const Hdf5Handle space{H5Screate(H5S_SCALAR), H5Sclose};
    const std::uint8_t by_time = 2;
    write_attribute(object, "sorting", type.get(), space.get(), &by_time);
}

/// A dataset that grows along its first axis, filled through a buffer.
template <typename T>
class GrowingSet {
 public:
    GrowingSet(hid_t parent, const char* name, hsize_t columns, bool flat) : columns_(columns), flat_(flat) {
        const hsize_t wide_chunk = std::clamp<hsize_t>(columns, 1, chunk_elements);
        const std::array<hsize_t, 2> size = {0, columns}, most = {H5S_UNLIMITED, columns};
        const std::array<hsize_t, 2> chunk = {std::max<hsize_t>(chunk_elements / wide_chunk, 1), wide_chunk};
        const Hdf5Handle space{H5Screate_simple(rank(), size.data(), most.data()), H5Sclose};
        const Hdf5Handle layout{H5Pcreate(H5P_DATASET_CREATE), H5Pclose};
        H5Pset_chunk(layout.get(), rank(), chunk.data());
        set_ = {
            checked(H5Dcreate2(parent, name, type_of<T>(), space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT), name),
            H5Dclose};
    }

    void add(T value) {
        buffer_.push_back(value);
        if (buffer_.size() >= buffer_elements && buffer_.size() % columns_ == 0) flush();
    }

    void flush() {
        if (buffer_.empty()) return;
        const std::array<hsize_t, 2> start = {rows_, 0}, count = {buffer_.size() / columns_, columns_};
        const std::array<hsize_t, 2> size = {rows_ + count[0], columns_};
        checked(H5Dset_extent(set_.get(), size.data()), "data");
        const Hdf5Handle file_space{checked(H5Dget_space(set_.get()), "data"), H5Sclose};
        H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
        const Hdf5Handle memory_space{H5Screate_simple(rank(), count.data(), nullptr), H5Sclose};
        checked(H5Dwrite(set_.get(), memory_type_of<T>(), memory_space.get(), file_space.get(), H5P_DEFAULT,
                         buffer_.data()),
                "data");
        rows_ += count[0];
        buffer_.clear();
    }

    hid_t id() const { return set_.get(); }
    hsize_t rows() const { return rows_; }  ///< flushed

 private:
    int rank() const { return flat_ ? 1 : 2; }

    Hdf5Handle set_;
    hsize_t columns_, rows_ = 0;
    bool flat_;
    std::vector<T> buffer_;
};

}  // namespace spinn
