// Everything that differs between operating systems.

#ifndef REXTRACK_TD_PLATFORM_H
#define REXTRACK_TD_PLATFORM_H

#include <string>
#include <vector>

namespace rextrack_td::platform {

enum class System { Windows, MacOS, Linux };

#if defined(_WIN32)
inline constexpr System this_system = System::Windows;
#elif defined(__APPLE__)
inline constexpr System this_system = System::MacOS;
#else
inline constexpr System this_system = System::Linux;
#endif

constexpr const char *library_name_of(System system) {
    return system == System::Windows ? "rextrack.dll"
           : system == System::MacOS ? "librextrack.dylib"
                                     : "librextrack.so";
}

constexpr char separator_of(System system) { return system == System::Windows ? '\\' : '/'; }

// The file name of the Rust library.
inline constexpr const char *library_name = library_name_of(this_system);

// The separator of folders in a path.
inline constexpr char separator = separator_of(this_system);

// The folder of the plugin that contains this code, as an absolute path without a separator at its
// end; for a macOS bundle the folder of the bundle. Empty when the system does not know it.
std::string own_folder();

// For a folder inside a macOS bundle the folder that contains the bundle; other folders unchanged.
std::string outside_bundle(const std::string &folder);

// The folder of a file; empty when `path` has no folder.
std::string folder_of(const std::string &path);

bool is_file(const std::string &path);

// The names of the files in `folder` that end with `ending`, sorted. None if the folder is missing.
std::vector<std::string> files_in(const std::string &folder, const std::string &ending);

// Reads a file into `text`. False when it cannot be read.
bool read_file(const std::string &path, std::string &text);

// Loads a shared library by its absolute path; its dependencies are looked for beside it first. It
// stays loaded for the life of the process. NULL on failure, with the reason in `error`.
void *load(const std::string &path, std::string &error);

#ifdef _WIN32
std::string to_utf8(const wchar_t *text);
#endif

// A function of a loaded library, or NULL.
void *symbol(void *library, const char *name);

// Names the calling thread, for debuggers and `top`, and lowers its priority below that of the
// host's threads. The first call of every thread of the plugin.
void init_thread(const char *name);

} // namespace rextrack_td::platform

#endif
