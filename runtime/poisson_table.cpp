#include "runtime/poisson_table.hpp"

#include <algorithm>
#include <cmath>

#include "runtime/distribution.hpp"
#include "runtime/vector_clones.hpp"

namespace spinn {

namespace {

/// All lanes of a group against `chunk` thresholds at a time, from the first chunk that not every lane reaches to the
/// last that any does.
SPINN_VECTOR_CLONES void count_groups(const std::uint32_t* __restrict thresholds, std::uint32_t n_thresholds,
                                      std::size_t n_groups, const std::uint32_t* __restrict draws,
                                      std::uint8_t* __restrict counts) {
    constexpr std::uint32_t chunk = PoissonTable::chunk;
    for (std::size_t group = 0; group < n_groups; ++group) {
        const std::uint32_t* const u = draws + group * draws_per_group;
        std::uint32_t least = 0xffffffff, most = 0;
        for (std::size_t lane = 0; lane < draws_per_group; ++lane) {
            least = std::min(least, u[lane]);
            most = std::max(most, u[lane]);
        }
        std::uint32_t k = 0;
        while (k + chunk <= n_thresholds && thresholds[k + chunk - 1] <= least) k += chunk;
        std::uint32_t reached[draws_per_group];
        for (std::size_t lane = 0; lane < draws_per_group; ++lane) reached[lane] = k;
        for (; k < n_thresholds && thresholds[k] <= most; k += chunk) {
            const std::uint32_t* const t = thresholds + k;
            for (std::size_t lane = 0; lane < draws_per_group; ++lane) {
                const std::uint32_t draw = u[lane];
                std::uint32_t n = reached[lane];
                for (std::uint32_t i = 0; i < chunk; ++i) n += draw >= t[i] ? 1u : 0u;
                reached[lane] = n;
            }
        }
        // The largest draw of all reaches the filling behind the last threshold too.
        for (std::size_t lane = 0; lane < draws_per_group; ++lane)
            counts[group * draws_per_group + lane] = static_cast<std::uint8_t>(std::min(reached[lane], n_thresholds));
    }
}

}  // namespace

PoissonTable poisson_table(double mean) {
    PoissonTable table;
    double probability = portable_exp(-mean), sum = probability;
    for (double k = 1.0;; k += 1.0) {
        const double threshold = std::floor(sum * 0x1p32 + 0.5);
        if (threshold >= 0x1p32 || table.n_thresholds == 255) break;
        table.thresholds.push_back(static_cast<std::uint32_t>(threshold));
        ++table.n_thresholds;
        probability *= mean / k;
        sum += probability;
    }
    for (std::size_t i = 0; i < table.guide.size(); ++i) {
        const auto first_draw = static_cast<std::uint32_t>(i) << PoissonTable::guide_shift;
        const auto above = std::upper_bound(table.thresholds.begin(), table.thresholds.end(), first_draw);
        table.guide[i] = static_cast<std::uint8_t>(above - table.thresholds.begin());
    }
    table.thresholds.resize((table.n_thresholds + PoissonTable::chunk - 1) / PoissonTable::chunk * PoissonTable::chunk,
                            0xffffffff);
    return table;
}

void spikes_of_groups(const PoissonTable& table, std::size_t n_groups, const std::uint32_t* draws,
                      std::uint8_t* counts) {
    count_groups(table.thresholds.data(), table.n_thresholds, n_groups, draws, counts);
}

}  // namespace spinn
