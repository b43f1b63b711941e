// What differs between operating systems, and nothing else.

#ifndef REXTRACK_TD_PLATFORM_H
#define REXTRACK_TD_PLATFORM_H

#include <string>
#include <vector>

namespace rextrack_td::platform {

// The file name of the Rust library: rextrack.dll, librextrack.dylib, librextrack.so.
extern const char *const library_name;

// Between folder and file.
extern const char separator;

// The folder of the plugin that this code is linked into, as an absolute path without a
// separator at its end; empty when the system does not tell. Of a plugin that is a macOS bundle
// the folder that the bundle is in.
std::string own_folder();

// The folder that a macOS bundle is in, for a folder inside the bundle; any other as it is.
std::string outside_bundle(const std::string &folder);

// The folder of a file; empty when `path` names none.
std::string folder_of(const std::string &path);

bool is_file(const std::string &path);

// File names in `folder` that end with `ending`, sorted; none when there is no such folder.
std::vector<std::string> files_in(const std::string &folder, const std::string &ending);

// Puts the whole of a file into `text`. False when it cannot be read.
bool read_file(const std::string &path, std::string &text);

// Loads a shared library by its absolute path, with the libraries beside it before those of the
// process. It stays loaded for the life of the process. NULL on failure, and why in `error`.
void *load(const std::string &path, std::string &error);

// A function of a loaded library, or NULL.
void *symbol(void *library, const char *name);

// For a thread of our own to begin with: names it, for debuggers and `top`, and lets the host's
// threads go before it.
void begin_thread(const char *name);

} // namespace rextrack_td::platform

#endif
