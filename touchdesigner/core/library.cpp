#include "library.h"

#include "platform.h"

#include <map>
#include <memory>
#include <mutex>

namespace rextrack_td {

namespace {

template <class Function>
bool find(void *library, const char *name, Function &function, std::string &missing) {
    function = reinterpret_cast<Function>(platform::symbol(library, name));
    if (!function) missing = name;
    return function != nullptr;
}

bool fill(Library &into, void *library, std::string &missing) {
    return find(library, "rextrack_abi_version", into.abi_version, missing) &&
           find(library, "rextrack_version_string", into.version_string, missing) &&
           find(library, "rextrack_last_error", into.last_error, missing) &&
           find(library, "rextrack_now_ns", into.now_ns, missing) &&
           find(library, "rextrack_create", into.create, missing) &&
           find(library, "rextrack_find", into.find, missing) &&
           find(library, "rextrack_start", into.start, missing) &&
           find(library, "rextrack_stop", into.stop, missing) &&
           find(library, "rextrack_destroy", into.destroy, missing) &&
           find(library, "rextrack_reset_slots", into.reset_slots, missing) &&
           find(library, "rextrack_set_config", into.set_config, missing) &&
           find(library, "rextrack_poll", into.poll, missing) &&
           find(library, "rextrack_poll_at", into.poll_at, missing) &&
           find(library, "rextrack_wait", into.wait, missing) &&
           find(library, "rextrack_push_frame", into.push_frame, missing) &&
           find(library, "rextrack_preview", into.preview, missing) &&
           find(library, "rextrack_stats", into.stats, missing) &&
           find(library, "rextrack_info", into.info, missing);
}

// Whether a plugin built against this header works with that library: the rule of
// docs/abi-changes.md.
bool is_compatible(uint32_t version) {
    const uint32_t major = version >> 16, minor = version & 0xffff;
    const uint32_t ours = REXTRACK_ABI_MINOR;
    if (major != REXTRACK_ABI_MAJOR) return false;
    return major == 0 ? minor == ours : minor >= ours;
}

std::unique_ptr<Library> open(const std::string &path, std::string &error) {
    const std::string remedy =
        "; install the plugin and the library again, from one release, into the same folder";
    if (!platform::is_file(path)) {
        error = path + " is missing" + remedy;
        return nullptr;
    }
    std::string reason;
    void *handle = platform::load(path, reason);
    if (!handle) {
        error = path + " cannot be loaded: " + reason +
                "; a library that it needs is missing or damaged" + remedy;
        return nullptr;
    }
    auto library = std::make_unique<Library>();
    if (!fill(*library, handle, reason)) {
        error = path + " has no " + reason + ": it belongs to another release" + remedy;
        return nullptr;
    }
    const uint32_t version = library->abi_version();
    if (!is_compatible(version)) {
        error = path + " has the interface " + std::to_string(version >> 16) + "." +
                std::to_string(version & 0xffff) + ", this plugin needs " +
                std::to_string(REXTRACK_ABI_MAJOR) + "." + std::to_string(REXTRACK_ABI_MINOR) +
                remedy;
        return nullptr;
    }
    return library;
}

} // namespace

const Library *Library::load(const std::string &folder, std::string &error) {
    // Never freed: threads of the library may outlive every node.
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
