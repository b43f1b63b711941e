#include "library.h"

#include "message.h"
#include "platform.h"

#include <map>
#include <memory>
#include <mutex>

namespace rextrack_td {

namespace {

template <class Function>
bool find(void *handle, const char *name, Function &function, std::string &missing) {
    function = reinterpret_cast<Function>(platform::symbol(handle, name));
    if (!function) missing = name;
    return function != nullptr;
}

// False when a function is missing, with its name in `missing`.
bool find_functions(Library &library, void *handle, std::string &missing) {
    return find(handle, "rextrack_version_string", library.version_string, missing) &&
           find(handle, "rextrack_last_error", library.last_error, missing) &&
           find(handle, "rextrack_status_string", library.status_string, missing) &&
           find(handle, "rextrack_now_ns", library.now_ns, missing) &&
           find(handle, "rextrack_create", library.create, missing) &&
           find(handle, "rextrack_find", library.find, missing) &&
           find(handle, "rextrack_start", library.start, missing) &&
           find(handle, "rextrack_stop", library.stop, missing) &&
           find(handle, "rextrack_destroy", library.destroy, missing) &&
           find(handle, "rextrack_reset_slots", library.reset_slots, missing) &&
           find(handle, "rextrack_set_config", library.set_config, missing) &&
           find(handle, "rextrack_poll", library.poll, missing) &&
           find(handle, "rextrack_poll_at", library.poll_at, missing) &&
           find(handle, "rextrack_axes", library.axes, missing) &&
           find(handle, "rextrack_poll_axes", library.poll_axes, missing) &&
           find(handle, "rextrack_poll_events", library.poll_events, missing) &&
           find(handle, "rextrack_wait", library.wait, missing) &&
           find(handle, "rextrack_push_frame", library.push_frame, missing) &&
           find(handle, "rextrack_preview", library.preview, missing) &&
           find(handle, "rextrack_stats", library.stats, missing) &&
           find(handle, "rextrack_info", library.info, missing) &&
           find(handle, "rextrack_problem", library.problem, missing);
}

// Whether this plugin works with a library of that ABI version: the rule of docs/abi-changes.md.
bool is_compatible(uint32_t version) {
    const uint32_t major = version >> 16, minor = version & 0xffff;
    const uint32_t ours = REXTRACK_ABI_MINOR;
    return major == REXTRACK_ABI_MAJOR && minor >= ours;
}

std::string version_text(uint32_t version) {
    return std::to_string(version >> 16) + "." + std::to_string(version & 0xffff);
}

// False when the library belongs to another release, with the reason. Its version comes first: an
// older library lacks functions, and says so best by its version.
bool find_this_release(Library &library, void *handle, std::string &reason) {
    std::string missing;
    if (find(handle, "rextrack_abi_version", library.abi_version, missing)) {
        const uint32_t version = library.abi_version();
        if (!is_compatible(version)) {
            reason = message::has_abi_version + version_text(version) +
                     message::plugin_needs_version + version_text(REXTRACK_ABI_VERSION);
            return false;
        }
        if (find_functions(library, handle, missing)) return true;
    }
    reason = message::function_is_missing + missing + message::is_another_release;
    return false;
}

std::unique_ptr<Library> open(const std::string &path, std::string &error) {
    if (!platform::is_file(path)) {
        error = path + message::library_is_missing + message::reinstall;
        return nullptr;
    }
    std::string reason;
    void *handle = platform::load(path, reason);
    if (!handle) {
        error = path + message::library_cannot_be_loaded + reason +
                message::dependency_is_missing + message::reinstall;
        return nullptr;
    }
    auto library = std::make_unique<Library>();
    if (!find_this_release(*library, handle, reason)) {
        error = path + reason + message::reinstall;
        return nullptr;
    }
    std::size_t count = 0;
    library->axes(nullptr, sizeof(RextrackAxis), 0, &count);
    library->axis_table.resize(count);
    library->axes(library->axis_table.data(), sizeof(RextrackAxis), count, &count);
    return library;
}

} // namespace

const Library *Library::load(const std::string &folder, std::string &error) {
    // Never freed: the library's threads may outlive every node.
    static auto &lock = *new std::mutex;
    static auto &loaded = *new std::map<std::string, std::unique_ptr<Library>>;
    const std::string path = folder + platform::separator + platform::library_name;
    std::lock_guard<std::mutex> guard(lock);
    auto found = loaded.find(path);
    if (found != loaded.end()) return found->second.get();
    auto library = open(path, error);
    if (!library) return nullptr;
    return loaded.emplace(path, std::move(library)).first->second.get();
}

std::string Library::message() const {
    std::string text(last_error(nullptr, 0) + 1, '\0');
    text.resize(last_error(&text[0], text.size()));
    return text;
}

} // namespace rextrack_td
