// A plugin, loaded as TouchDesigner loads it.

#ifndef REXTRACK_TD_TESTS_HOST_PLUGIN_H
#define REXTRACK_TD_TESTS_HOST_PLUGIN_H

#include "parameters.h"
#include "td_sdk.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include <dlfcn.h>

namespace host {

class Plugin {
public:
    explicit Plugin(const std::string &path) : path_(path) {
        handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle_) throw std::runtime_error(dlerror());
    }

    template <class Function> Function entry(const char *name) const {
        void *found = dlsym(handle_, name);
        if (!found) throw std::runtime_error(path_ + " lacks the function " + name);
        return reinterpret_cast<Function>(found);
    }

    const std::string &path() const { return path_; }

private:
    std::string path_;
    void *handle_;
};

// The strings of an operator's description.
struct Description {
    String type, label, icon, author, email, python;

    // Makes `info` point to these strings.
    void attach_to(TD::OP_CustomOPInfo &info) {
        info.opType = &type;
        info.opLabel = &label;
        info.opIcon = &icon;
        info.authorName = &author;
        info.authorEmail = &email;
        info.pythonVersion = &python;
    }
};

// The folder of the plugins and the Rust library, from the environment.
inline std::string plugin_folder() {
    const char *folder = std::getenv("REXTRACK_TD_PLUGINS");
    if (!folder) throw std::runtime_error("set REXTRACK_TD_PLUGINS to the folder of the plugins");
    return folder;
}

inline const Plugin &chop_plugin() {
    static const Plugin plugin(plugin_folder() + "/RextrackCHOP.so");
    return plugin;
}

inline const Plugin &top_plugin() {
    static const Plugin plugin(plugin_folder() + "/RextrackTOP.so");
    return plugin;
}

} // namespace host

#endif
