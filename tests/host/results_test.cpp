#include "host/results.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <limits>

#include "host/hdf5_handle.hpp"
#include "host/spike_hash.hpp"
#include "protocols/error.hpp"

namespace spinn {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::uint32_t>;

class ResultsFile : public testing::Test {
 protected:
    ResultsFile()
        : directory_(fs::temp_directory_path() / ("spinn-results-" + std::to_string(::getpid()) + "-" +
                                                  testing::UnitTest::GetInstance()->current_test_info()->name())) {
        fs::create_directory(directory_);
    }
    ~ResultsFile() override { fs::remove_all(directory_); }

    fs::path path(const char* name = "run.h5") const { return directory_ / name; }
    std::size_t files() const {
        return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory_), {}));
    }

    fs::path directory_;
};

ResultsHeader header() {
    return {
        .network_name = "two cells/one \u00b5",
        .timestep_ms = 0.1,
        .duration_ms = 100.0,
        .seed = 0xfedcba9876543210u,
        .image_hash = "00ff",
        .populations = {
            {"exc", "IF_cond_exp", 40, true}, {"a/b:c%", "IF_curr_exp", 8, true}, {"mute", "IF_curr_exp", 3, false}}};
}

void write_example(const fs::path& path) {
    ResultsWriter writer(path, header());
    writer.append_spikes(0, Words{0, 0, 3}, Words{1, 39, 7});
    writer.append_spikes(1, Words{5, 5}, Words{2, 2});
    writer.append_spikes(0, Words{3, 999}, Words{7, 0});
    const std::vector<double> first = {-65.0, -64.5, -63.0, -62.125}, rest = {std::ldexp(-2031617.0, -15), 1.0};
    writer.append_samples(0, Variable::v, 0, 10, Words{3, 1}, first);
    writer.append_samples(0, Variable::v, 20, 10, Words{3, 1}, rest);
    writer.append_samples(1, Variable::gsyn_inh, 0, 1, Words{0}, std::vector<float>{0.5F, 0.25F, 0.0F});
    writer.finish(R"({"machine": "spinn5"})");
}

TEST_F(ResultsFile, SurvivesARoundTripWithEveryFieldDifferent) {
    write_example(path());
    const Results results = read_results(path());
    EXPECT_EQ(results.header.network_name, "two cells/one \u00b5");
    EXPECT_EQ(results.header.timestep_ms, 0.1);
    EXPECT_EQ(results.header.duration_ms, 100.0);
    EXPECT_EQ(results.header.seed, 0xfedcba9876543210u);
    EXPECT_EQ(results.header.image_hash, "00ff");
    EXPECT_EQ(results.header.populations, header().populations);
    EXPECT_EQ(results.provenance, R"({"machine": "spinn5"})");
    ASSERT_EQ(results.populations.size(), 3u);
    EXPECT_EQ(results.populations[0].ticks, (Words{0, 0, 3, 3, 999}));
    EXPECT_EQ(results.populations[0].neurons, (Words{1, 39, 7, 7, 0}));
    EXPECT_EQ(results.populations[1].ticks, (Words{5, 5}));
    EXPECT_TRUE(results.populations[2].ticks.empty());
    ASSERT_EQ(results.populations[0].samples.size(), 1u);
    const RecordedSamples v{
        Variable::v, 0, 10, {3, 1}, {-65.0, -64.5, -63.0, -62.125, std::ldexp(-2031617.0, -15), 1.0}};
    EXPECT_EQ(results.populations[0].samples[0], v);
    const RecordedSamples g{Variable::gsyn_inh, 0, 1, {0}, {0.5, 0.25, 0.0}};
    EXPECT_EQ(results.populations[1].samples, std::vector{g});
}

TEST_F(ResultsFile, IsTheSameReadFromMemory) {
    write_example(path());
    std::ifstream in(path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    const Results results = read_results(std::as_bytes(std::span(bytes)));
    EXPECT_EQ(results.populations, read_results(path()).populations);
    EXPECT_EQ(spike_hash(results),
              spike_hash({{0, 0, 1}, {0, 0, 39}, {3, 0, 7}, {3, 0, 7}, {999, 0, 0}, {5, 1, 2}, {5, 1, 2}}));
}

TEST_F(ResultsFile, HasTheLayoutOfSonata) {
    write_example(path());
    const Hdf5Handle file{H5Fopen(path().c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose};
    for (const char* name :
         {"/spikes/exc/timestamps", "/spikes/exc/node_ids", "/report/exc/data", "/report/exc/mapping/node_ids",
          "/report/exc/mapping/index_pointers", "/report/exc/mapping/element_ids", "/report/exc/mapping/time",
          "/report/a%2Fb%3Ac%25:gsyn_inh/data"}) {
        const Hdf5Handle set{H5Dopen2(file.get(), name, H5P_DEFAULT), H5Dclose};
        EXPECT_TRUE(set) << name;
    }
    EXPECT_GT(H5Aexists_by_name(file.get(), "/spikes/exc", "sorting", H5P_DEFAULT), 0);
    EXPECT_GT(H5Aexists_by_name(file.get(), "/spikes/exc/timestamps", "units", H5P_DEFAULT), 0);
    const Hdf5Handle set{H5Dopen2(file.get(), "/spikes/exc/timestamps", H5P_DEFAULT), H5Dclose};
    double times[5];
    ASSERT_GE(H5Dread(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, times), 0);
    EXPECT_DOUBLE_EQ(times[2], 0.3);
    EXPECT_DOUBLE_EQ(times[4], 99.9);
}

TEST_F(ResultsFile, GivesBackTheTickOfEveryTimestamp) {
    ResultsHeader head = header();
    head.duration_ms = 1e7;
    Words ticks, neurons;
    for (std::uint32_t tick = 0; tick < 100'000'000; tick += 997) ticks.push_back(tick), neurons.push_back(tick % 40);
    ResultsWriter writer(path(), head);
    writer.append_spikes(0, ticks, neurons);
    writer.finish("{}");
    EXPECT_EQ(read_results(path()).populations[0].ticks, ticks);
}

TEST_F(ResultsFile, AppearsWholeOrNotAtAll) {
    {
        ResultsWriter writer(path(), header());
        writer.append_spikes(0, Words{1}, Words{1});
        EXPECT_FALSE(fs::exists(path()));
    }
    EXPECT_EQ(files(), 0u);
    write_example(path());
    EXPECT_EQ(files(), 1u);
    { ResultsWriter writer(path(), header()); }
    EXPECT_EQ(read_results(path()).populations[1].ticks, (Words{5, 5}))
        << "an unfinished run leaves the old file alone";
}

TEST_F(ResultsFile, SaysWhyItCannotBeWritten) {
    const auto message = [&](const fs::path& where) {
        try {
            ResultsWriter writer(where, header());
        } catch (const InputError& error) {
            return std::string(error.what());
        }
        return std::string("written");
    };
    EXPECT_THAT(message(directory_ / "no" / "run.h5"), testing::HasSubstr("there is no directory"));
    EXPECT_THAT(message(directory_), testing::HasSubstr("is a directory"));
    EXPECT_THAT(message(""), testing::HasSubstr("no file name"));
}

TEST_F(ResultsFile, RefusesAFileThatMayNotBeOverwritten) {
    write_example(path());
    fs::permissions(path(), fs::perms::owner_read);
    if (::access(path().c_str(), W_OK) == 0) GTEST_SKIP() << "the superuser may write anything";
    EXPECT_THROW(ResultsWriter(path(), header()), InputError);
}

TEST_F(ResultsFile, ReportsADiskThatIsFullAndLeavesNothing) {
    // A limit on the size of files is the full disk that a test can have.
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    rlimit old_limit{};
    ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
    const rlimit limit{100'000, old_limit.rlim_max};
    ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
    EXPECT_THROW(
        {
            ResultsWriter writer(path(), header());
            writer.append_spikes(0, Words(1'000'000, 7), Words(1'000'000, 3));
            writer.finish("{}");
        },
        RequestError);
    setrlimit(RLIMIT_FSIZE, &old_limit);
    std::signal(SIGXFSZ, old_handler);
    EXPECT_EQ(files(), 0u);
}

TEST_F(ResultsFile, RefusesSpikesAndSamplesOutOfOrder) {
    ResultsWriter writer(path(), header());
    writer.append_spikes(0, Words{4}, Words{1});
    EXPECT_THROW(writer.append_spikes(0, Words{3}, Words{1}), std::invalid_argument);
    EXPECT_THROW(writer.append_spikes(0, Words{4}, Words{0}), std::invalid_argument);
    EXPECT_THROW(writer.append_spikes(0, Words{5}, Words{40}), std::invalid_argument);
    EXPECT_THROW(writer.append_spikes(2, Words{5}, Words{0}), std::invalid_argument) << "records none";
    EXPECT_THROW(writer.append_spikes(3, Words{5}, Words{0}), std::invalid_argument);
    const std::vector<double> row = {1.0, 2.0};
    writer.append_samples(0, Variable::v, 0, 2, Words{0, 1}, row);
    EXPECT_THROW(writer.append_samples(0, Variable::v, 4, 2, Words{0, 1}, row), std::invalid_argument);
    EXPECT_THROW(writer.append_samples(0, Variable::v, 2, 1, Words{0, 1}, row), std::invalid_argument);
    EXPECT_THROW(writer.append_samples(0, Variable::v, 2, 2, Words{0, 2}, row), std::invalid_argument);
    EXPECT_NO_THROW(writer.append_samples(0, Variable::v, 2, 2, Words{0, 1}, row));
}

TEST_F(ResultsFile, LargeRunsGoOutInChunks) {
    ResultsHeader head = header();
    head.populations[0].size = 100;
    Words neurons(100);
    for (std::uint32_t i = 0; i < 100; ++i) neurons[i] = i;
    std::vector<double> row(100);
    {
        ResultsWriter writer(path(), head);
        for (std::uint32_t tick = 0; tick < 1000; ++tick) {
            for (std::uint32_t i = 0; i < 100; ++i) row[i] = tick * 100.0 + i;
            writer.append_spikes(0, Words(100, tick), neurons);
            writer.append_samples(0, Variable::v, tick, 1, neurons, row);
        }
        writer.finish("");
    }
    const Results results = read_results(path());
    ASSERT_EQ(results.populations[0].ticks.size(), 100'000u);
    ASSERT_EQ(results.populations[0].samples[0].values.size(), 100'000u);
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        ASSERT_EQ(results.populations[0].ticks[i], i / 100);
        ASSERT_EQ(results.populations[0].samples[0].values[i], i);
    }
}

// ---- foreign files
// -------------------------------------------------------------------------------------------------------

/// What the reader says about the example after `damage` was done to it.
std::string complaint(const fs::path& path, const std::function<void(hid_t)>& damage) {
    write_example(path);
    {
        const Hdf5Handle file{H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose};
        damage(file.get());
    }
    try {
        read_results(path);
    } catch (const InputError& error) {
        return error.what();
    }
    return "read";
}

void replace(hid_t file, const char* name, hid_t type, std::vector<hsize_t> size, const void* data = nullptr) {
    H5Ldelete(file, name, H5P_DEFAULT);
    const Hdf5Handle space{H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr), H5Sclose};
    const Hdf5Handle set{H5Dcreate2(file, name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose};
    if (data != nullptr) H5Dwrite(set.get(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data);
}

TEST_F(ResultsFile, NamesTheObjectThatIsWrong) {
    using testing::HasSubstr;
    EXPECT_EQ(complaint(path(), [](hid_t) {}), "read");
    for (const char* name : {"/populations", "/populations/size", "/spikes", "/spikes/exc", "/spikes/exc/node_ids",
                             "/report/exc/data", "/report/exc/mapping", "/report/exc/mapping/time", "/provenance"})
        EXPECT_THAT(complaint(path(), [&](hid_t f) { H5Ldelete(f, name, H5P_DEFAULT); }),
                    testing::AllOf(HasSubstr(name), HasSubstr("missing")));
    for (const char* name : {"magic", "timestep_ms", "duration_ms", "seed", "image_hash", "network"})
        EXPECT_THAT(complaint(path(), [&](hid_t f) { H5Adelete(f, name); }),
                    testing::AllOf(HasSubstr(std::string("/@") + name), HasSubstr("missing")));

    const double times[] = {0.0, 0.1, 0.2, std::numeric_limits<double>::quiet_NaN(), 1.0};
    EXPECT_THAT(complaint(path(), [&](hid_t f) { replace(f, "/spikes/exc/timestamps", H5T_IEEE_F64LE, {4}, times); }),
                HasSubstr("differ in length"));
    EXPECT_THAT(complaint(path(), [&](hid_t f) { replace(f, "/spikes/exc/timestamps", H5T_IEEE_F64LE, {5}, times); }),
                HasSubstr("element 3 lies outside"));
    EXPECT_THAT(complaint(path(), [&](hid_t f) { replace(f, "/spikes/exc/timestamps", H5T_STD_I32LE, {5}, times); }),
                HasSubstr("numbers of the right kind"));
    EXPECT_THAT(complaint(path(),
                          [&](hid_t f) {
                              replace(f, "/spikes/exc/timestamps", H5T_IEEE_F64LE, {5, 1}, times);
                          }),
                HasSubstr("dimensions"));
    const std::uint64_t ids[] = {1, 2, 40, 3, 4};
    EXPECT_THAT(complaint(path(), [&](hid_t f) { replace(f, "/spikes/exc/node_ids", H5T_STD_U64LE, {5}, ids); }),
                HasSubstr("element 2 names no neuron"));
    EXPECT_THAT(
        complaint(path(), [&](hid_t f) { replace(f, "/report/exc/mapping/node_ids", H5T_STD_U64LE, {3}, ids); }),
        HasSubstr("disagree on the neurons"));
    const double time[] = {0.0, 4.0, 1.0};
    EXPECT_THAT(complaint(path(), [&](hid_t f) { replace(f, "/report/exc/mapping/time", H5T_IEEE_F64LE, {3}, time); }),
                HasSubstr("disagree on the number of samples"));
}

TEST_F(ResultsFile, DoesNotAllocateWhatTheFileOnlyClaims) {
    using testing::HasSubstr;
    // Never written, so never stored: a terabyte in a few hundred bytes.
    EXPECT_THAT(
        complaint(path(), [](hid_t f) { replace(f, "/spikes/exc/timestamps", H5T_IEEE_F64LE, {hsize_t{1} << 37}); }),
        HasSubstr("more elements than the file has"));
    EXPECT_THAT(complaint(path(),
                          [](hid_t f) {
                              replace(f, "/report/exc/data", H5T_IEEE_F64LE, {hsize_t{1} << 36, 1u << 31});
                          }),
                HasSubstr("/report/exc/data"));
}

TEST_F(ResultsFile, DoesNotFollowLinksOutOfTheFile) {
    const auto to_elsewhere = [](hid_t f) {
        H5Ldelete(f, "/spikes/exc", H5P_DEFAULT);
        H5Lcreate_external("/etc/passwd", "/spikes/exc", f, "/spikes/exc", H5P_DEFAULT, H5P_DEFAULT);
    };
    EXPECT_THAT(complaint(path(), to_elsewhere), testing::HasSubstr("not followed"));
    const auto outside_data = [](hid_t f) {
        H5Ldelete(f, "/spikes/exc/node_ids", H5P_DEFAULT);
        const hsize_t five = 5;
        const Hdf5Handle space{H5Screate_simple(1, &five, nullptr), H5Sclose};
        const Hdf5Handle layout{H5Pcreate(H5P_DATASET_CREATE), H5Pclose};
        H5Pset_external(layout.get(), "/etc/passwd", 0, 40);
        const Hdf5Handle set{
            H5Dcreate2(f, "/spikes/exc/node_ids", H5T_STD_U64LE, space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT),
            H5Dclose};
    };
    EXPECT_THAT(complaint(path(), outside_data), testing::HasSubstr("outside this file"));
}

TEST_F(ResultsFile, SpikesOfOtherWritersAreSorted) {
    const double times[] = {5.0, 0.1, 0.1, 5.0, 0.0};
    const std::uint64_t ids[] = {3, 2, 1, 2, 9};
    EXPECT_EQ(complaint(path(),
                        [&](hid_t f) {
                            replace(f, "/spikes/exc/timestamps", H5T_IEEE_F64LE, {5}, times);
                            replace(f, "/spikes/exc/node_ids", H5T_STD_U64LE, {5}, ids);
                        }),
              "read");
    const Results results = read_results(path());
    EXPECT_EQ(results.populations[0].ticks, (Words{0, 1, 1, 50, 50}));
    EXPECT_EQ(results.populations[0].neurons, (Words{9, 1, 2, 2, 3}));
}

TEST_F(ResultsFile, AnythingElseIsAnError) {
    EXPECT_THROW(read_results(path("missing.h5")), InputError);
    EXPECT_THROW(read_results(directory_), InputError);
    std::ofstream(path()) << "no HDF5 at all";
    EXPECT_THROW(read_results(path()), InputError);
    EXPECT_THROW(read_results(std::span<const std::byte>{}), InputError);
}

TEST_F(ResultsFile, EveryTruncationIsAnError) {
    write_example(path());
    std::ifstream in(path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    for (std::size_t length = 1; length < bytes.size(); length += 211)
        EXPECT_THROW(read_results(std::as_bytes(std::span(bytes).first(length))), InputError) << length;
}

}  // namespace
}  // namespace spinn
