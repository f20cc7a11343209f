#include "host/live_database.hpp"

#include <sqlite3.h>

#include <memory>

#include "protocols/error.hpp"
#include "runtime/layout/gatherer_region.hpp"

namespace spinn {

namespace {

class Database {
 public:
    explicit Database(const std::filesystem::path& path) : path_(path) {
        sqlite3* handle = nullptr;
        check(sqlite3_open(path.c_str(), &handle), handle);
        handle_.reset(handle);
    }

    void run(const char* statements) {
        check(sqlite3_exec(handle_.get(), statements, nullptr, nullptr, nullptr), handle_.get());
    }

    template <typename... Values>
    void insert(const char* statement, const Values&... values) {
        sqlite3_stmt* prepared = nullptr;
        check(sqlite3_prepare_v2(handle_.get(), statement, -1, &prepared, nullptr), handle_.get());
        const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> owner(prepared, sqlite3_finalize);
        int column = 0;
        (bind(prepared, ++column, values), ...);
        if (sqlite3_step(prepared) != SQLITE_DONE) fail(sqlite3_errmsg(handle_.get()));
    }

 private:
    static void bind(sqlite3_stmt* statement, int column, const std::string& text) {
        sqlite3_bind_text(statement, column, text.c_str(), -1, SQLITE_TRANSIENT);
    }
    static void bind(sqlite3_stmt* statement, int column, std::int64_t number) {
        sqlite3_bind_int64(statement, column, number);
    }
    static void bind(sqlite3_stmt* statement, int column, double number) {
        sqlite3_bind_double(statement, column, number);
    }
    void check(int result, sqlite3* handle) const {
        if (result != SQLITE_OK) fail(handle == nullptr ? "out of memory" : sqlite3_errmsg(handle));
    }
    [[noreturn]] void fail(const std::string& what) const {
        throw RequestError({.what = "cannot write the database: " + what, .where = path_.string()});
    }

    std::filesystem::path path_;
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_{nullptr, sqlite3_close};
};

constexpr const char* schema = R"(
BEGIN;
CREATE TABLE configuration_parameters(parameter_id TEXT PRIMARY KEY, value REAL);
CREATE TABLE proxy_configuration(kind TEXT, name TEXT, value TEXT);
CREATE TABLE label_event_atom_view(label TEXT, event INTEGER, atom INTEGER);
CREATE TABLE application_vertex_placements(vertex_label TEXT, x INTEGER, y INTEGER, p INTEGER);
CREATE TABLE chip_eth_info(x INTEGER, y INTEGER, eth_x INTEGER, eth_y INTEGER, eth_ip_address TEXT);
CREATE TABLE app_output_tag_view(pre_vertex_label TEXT, post_vertex_label TEXT, ip_address TEXT, port INTEGER,
                                 strip_sdp INTEGER, board_address TEXT, tag INTEGER, chip_x INTEGER, chip_y INTEGER);
)";

std::int64_t whole(std::uint32_t number) { return number; }

}  // namespace

void write_live_database(const std::filesystem::path& path, const MachineImage& image, const LiveDatabase& contents) {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    Database database(path);
    database.run(schema);
    const auto parameter = [&](const char* name, double value) {
        database.insert("INSERT INTO configuration_parameters VALUES (?, ?)", std::string(name), value);
    };
    parameter("runtime", contents.run_ms);
    parameter("machine_time_step", image.timestep_ms * 1000.0);
    const CoreImage* gatherer = nullptr;
    for (const CoreImage& core : image.cores)
        if (core.program == ProgramKind::live_gatherer) gatherer = &core;
    for (const CoreImage& core : image.cores) {
        const bool is_population =
            core.program != ProgramKind::live_gatherer && core.program != ProgramKind::delay_extension;
        if (!is_population) continue;
        const std::string& label = image.populations.at(core.population).name;
        database.insert("INSERT INTO application_vertex_placements VALUES (?, ?, ?, ?)", label,
                        whole(core.location.chip.x), whole(core.location.chip.y), whole(core.location.core));
        for (std::uint32_t atom = 0; core.sends && atom < core.n_atoms; ++atom)
            database.insert("INSERT INTO label_event_atom_view VALUES (?, ?, ?)", label, whole(core.keys.key + atom),
                            whole(core.first_atom + atom));
        if (core.first_atom == 0 && gatherer != nullptr)
            database.insert("INSERT INTO app_output_tag_view VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?)", label,
                            std::string(live_gatherer_label), address_text(contents.output.address),
                            whole(contents.output.port), contents.board_address, whole(live_output_tag), whole(0),
                            whole(0));
    }
    for (const ChipCoord chip : present_chips(image.machine))
        database.insert("INSERT INTO chip_eth_info VALUES (?, ?, 0, 0, ?)", whole(chip.x), whole(chip.y),
                        contents.board_address);
    database.run("COMMIT");
}

}  // namespace spinn
