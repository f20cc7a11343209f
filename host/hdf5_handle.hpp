/// Ownership of HDF5 identifiers, and the names of groups, for the results writer and reader.
#pragma once

#include <hdf5.h>

#include <string>
#include <string_view>
#include <utility>

#include "mapper/network.hpp"

namespace spinn {

/// Owns one HDF5 identifier and closes it with its kind's function.
class Hdf5Handle {
 public:
    using Close = herr_t (*)(hid_t);
    Hdf5Handle() = default;
    Hdf5Handle(hid_t id, Close close) : id_(id), close_(close) {}
    Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
    Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(close_, other.close_);
        return *this;
    }
    ~Hdf5Handle() { reset(); }

    hid_t get() const { return id_; }
    explicit operator bool() const { return id_ >= 0; }
    /// Closes now. False when HDF5 reports an error, as for a full disk.
    bool reset() {
        const hid_t id = std::exchange(id_, -1);
        return id < 0 || close_(id) >= 0;
    }

 private:
    hid_t id_ = -1;
    Close close_ = nullptr;
};

/// Keeps HDF5 from printing its error stack to stderr while it lives: errors are reported by us.
class Hdf5Silence {
 public:
    Hdf5Silence() {
        // HDF5 1.10 crashes at exit when a file could not be flushed because the disk was full. Everything is closed
        // here, so its clean-up at exit has nothing to do.
        H5dont_atexit();
        H5Eget_auto2(H5E_DEFAULT, &print_, &data_);
        H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    }
    ~Hdf5Silence() { H5Eset_auto2(H5E_DEFAULT, print_, data_); }
    Hdf5Silence(const Hdf5Silence&) = delete;
    Hdf5Silence& operator=(const Hdf5Silence&) = delete;

 private:
    H5E_auto2_t print_ = nullptr;
    void* data_ = nullptr;
};

/// A population's name as the name of a group.
std::string group_name(std::string_view population);

/// Name of a report below /report.
std::string report_name(std::string_view population, Variable variable);

}  // namespace spinn
