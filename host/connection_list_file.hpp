/// Connection lists as text, a row a line: `pre post [weight [delay]]`, separated by blanks, tabs or commas; # starts a
/// comment. The layout of PyNN's FromFileConnector and numpy.savetxt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mapper/network.hpp"
#include "protocols/error.hpp"

namespace spinn {

enum class ListColumn : std::uint8_t { pre, post, weight, delay };

/// The columns of a row of 2, 3 or 4 numbers where the file does not name them.
std::vector<ListColumn> default_columns(std::size_t n);

struct ConnectionList {
    std::vector<Connector::Row> rows;
    std::vector<std::uint32_t> line_of_row;    ///< from 1
    bool has_weight = true, has_delay = true;  ///< every row gives it
    std::vector<Problem> problems;             ///< the first ten
};

/// @param columns    of every row; empty: default_columns of each row's length
/// @param row        gives weight and delay where a row has none
/// Reads about 10 million rows a second.
ConnectionList parse_connection_list(std::string_view text, const std::string& file_name,
                                     const std::vector<ListColumn>& columns, const Connector::Row& row);

}  // namespace spinn
