#include "emulator/mpi_exchange.hpp"

#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <algorithm>
#include <cstdlib>

namespace spinn {

namespace {

/// MPI counts in int. A message of this many words or more goes in pieces; the first shorter piece is its last.
constexpr std::size_t piece_words = std::size_t{1} << 28;
constexpr int tag = 1;

class MpiExchange final : public Exchange {
 public:
    MpiExchange() {
        int provided = 0;
        MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
        MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
        MPI_Comm_size(MPI_COMM_WORLD, &size_);
    }
    ~MpiExchange() override { MPI_Finalize(); }
    MpiExchange(const MpiExchange&) = delete;
    MpiExchange& operator=(const MpiExchange&) = delete;

    std::uint32_t process() const override { return static_cast<std::uint32_t>(rank_); }
    std::uint32_t processes() const override { return static_cast<std::uint32_t>(size_); }

    void swap(const Partners& partners, std::span<const Words> outgoing, std::span<Words> incoming) override {
        requests_.clear();
        for (const std::uint32_t to : partners.to) send(outgoing[to], static_cast<int>(to));
        for (const std::uint32_t from : partners.from) receive(incoming[from], static_cast<int>(from));
        MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), MPI_STATUSES_IGNORE);
    }

    [[noreturn]] void abort(int exit_code) override {
        MPI_Abort(MPI_COMM_WORLD, exit_code);
        std::_Exit(exit_code);
    }

 private:
    void send(const Words& message, int to) {
        for (std::size_t begin = 0;; begin += piece_words) {
            const std::size_t n = std::min(piece_words, message.size() - begin);
            requests_.emplace_back();
            MPI_Isend(message.data() + begin, static_cast<int>(n), MPI_UINT32_T, to, tag, MPI_COMM_WORLD,
                      &requests_.back());
            if (n < piece_words) return;
        }
    }

    void receive(Words& message, int from) {
        message.clear();
        for (;;) {
            MPI_Message found = MPI_MESSAGE_NULL;
            MPI_Status status;
            int n = 0;
            MPI_Mprobe(from, tag, MPI_COMM_WORLD, &found, &status);
            MPI_Get_count(&status, MPI_UINT32_T, &n);
            const std::size_t begin = message.size();
            message.resize(begin + static_cast<std::size_t>(n));
            MPI_Mrecv(message.data() + begin, n, MPI_UINT32_T, &found, MPI_STATUS_IGNORE);
            if (static_cast<std::size_t>(n) < piece_words) return;
        }
    }

    int rank_ = 0, size_ = 1;
    std::vector<MPI_Request> requests_;
};

}  // namespace

std::unique_ptr<Exchange> join_mpi_job() { return std::make_unique<MpiExchange>(); }

}  // namespace spinn
