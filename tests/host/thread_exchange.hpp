/// Processes in a test are threads, and messages lie in mailboxes: the same engine without a launcher.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "emulator/exchange.hpp"

namespace spinn {

/// Messages under way between the processes of one job.
struct Mailboxes {
    std::mutex lock;
    std::condition_variable arrived;
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::deque<Words>> boxes;  ///< (from, to)
    std::set<std::uint32_t> ended;                                               ///< processes that send no more
    std::uint64_t messages = 0, words = 0;
};

class ThreadExchange final : public Exchange {
 public:
    ThreadExchange(Mailboxes& mail, std::uint32_t process, std::uint32_t processes)
        : mail_(mail), process_(process), processes_(processes) {}
    std::uint32_t process() const override { return process_; }
    std::uint32_t processes() const override { return processes_; }

    void swap(const Partners& partners, std::span<const Words> outgoing, std::span<Words> incoming) override {
        std::unique_lock held(mail_.lock);
        for (const std::uint32_t to : partners.to) {
            mail_.boxes[{process_, to}].push_back(outgoing[to]);
            ++mail_.messages;
            mail_.words += outgoing[to].size();
        }
        mail_.arrived.notify_all();
        for (const std::uint32_t from : partners.from) {
            std::deque<Words>& box = mail_.boxes[{from, process_}];
            mail_.arrived.wait(held, [&] { return !box.empty() || mail_.ended.contains(from); });
            if (box.empty()) throw std::runtime_error("a process has ended that was to send");
            incoming[from] = std::move(box.front());
            box.pop_front();
        }
    }

    [[noreturn]] void abort(int) override { throw std::runtime_error("aborted"); }

 private:
    Mailboxes& mail_;
    const std::uint32_t process_, processes_;
};

/// Runs `job` as each of n processes, each on a thread, and rethrows the first failure by number.
inline void as_processes(std::uint32_t n, Mailboxes& mail, const std::function<void(Exchange&)>& job) {
    std::vector<std::exception_ptr> failures(n);
    {
        std::vector<std::jthread> threads;
        for (std::uint32_t p = 0; p < n; ++p)
            threads.emplace_back([&, p] {
                ThreadExchange exchange(mail, p, n);
                try {
                    job(exchange);
                } catch (...) {
                    failures[p] = std::current_exception();
                }
                const std::lock_guard held(mail.lock);
                mail.ended.insert(p);
                mail.arrived.notify_all();
            });
    }
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);
}

}  // namespace spinn
