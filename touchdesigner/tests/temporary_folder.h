// A folder for one test.

#ifndef REXTRACK_TD_TESTS_TEMPORARY_FOLDER_H
#define REXTRACK_TD_TESTS_TEMPORARY_FOLDER_H

#include "core/platform.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

// Removes the folder at the end.
class TemporaryFolder {
public:
    TemporaryFolder() {
        static int number = 0;
        // One name per build folder, so that builds can run their tests at the same time.
        const auto build = std::hash<std::string>{}(rextrack_td::platform::own_folder());
        const auto folder =
            std::filesystem::temp_directory_path() /
            ("rextrack-td-" + std::to_string(build) + "-" + std::to_string(++number));
        std::filesystem::create_directories(folder);
        path_ = folder.string();
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }

    const std::string &path() const { return path_; }
    std::string file(const std::string &name) const {
        return path_ + rextrack_td::platform::separator + name;
    }

    // Writes a file, by its name in UTF-8.
    void write(const std::string &name, const std::string &text) const {
        std::ofstream(std::filesystem::u8path(file(name)), std::ios::binary) << text;
    }

private:
    std::string path_;
};

#endif
