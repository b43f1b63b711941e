#include "settings.h"

#include "message.h"
#include "percent.h"
#include "platform.h"

#include <algorithm>
#include <cctype>

namespace rextrack_td {

namespace {

using nlohmann::json;

std::string trimmed(const std::string &text) {
    const char *blanks = " \t\r\n";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Whether a text is a whole number of up to five digits.
bool is_number(const std::string &text) {
    return !text.empty() && text.size() < 6 &&
           std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c); });
}

// "person, 3" becomes ["person", 3].
json parse_classes(const std::string &text) {
    json classes = json::array();
    std::size_t begin = 0;
    while (begin <= text.size()) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        const std::string one = trimmed(text.substr(begin, end - begin));
        if (is_number(one))
            classes.push_back(std::stoul(one));
        else if (!one.empty())
            classes.push_back(one);
        begin = end + 1;
    }
    return classes;
}

// Whether an address begins with letters and a colon. The library takes others for files.
bool has_scheme(const std::string &address) {
    const auto end = std::find_if_not(address.begin(), address.end(),
                                      [](unsigned char c) { return std::isalpha(c); });
    return end != address.begin() && end != address.end() && *end == ':';
}

// The source as `camera.stream`.
std::string stream_address(const Values &values, std::string &problem) {
    const std::string &source = values.text(Par::Source);
    if (source == "webcam") {
        const std::string webcam = trimmed(values.text(Par::Webcam));
        if (!is_number(webcam)) problem = message::webcam_is_not_a_number;
        return "webcam:" + webcam;
    }
    if (source == "top") return "push:";
    if (source == "file") {
        const std::string file = trimmed(values.text(Par::File));
        if (file.empty()) problem = message::file_is_empty;
        return file;
    }
    const std::string address = trimmed(values.text(Par::Address));
    if (address.empty())
        problem = message::address_is_empty;
    else if (!has_scheme(address))
        problem = message::address_has_no_scheme;
    return with_credentials(address, values.text(Par::User), values.text(Par::Password));
}

// The place and the reason of an error in a user's JSON, without the user's text: it can have a
// password.
std::string json_problem(const json::exception &error) {
    std::string text = error.what();
    text.resize(std::min(text.find("; last read: "), text.size()));
    // The library's name of the error.
    const std::size_t name_end = text.find("] ");
    return name_end == std::string::npos ? text : text.substr(name_end + 2);
}

// Merges a user's JSON into the configuration. `name` names the parameter in a problem.
void merge_user_json(json &config, const std::string &text, const std::string &name,
                     std::string &problem) {
    if (trimmed(text).empty() || !problem.empty()) return;
    try {
        const json patch = json::parse(text, nullptr, true, true);
        if (!patch.is_object()) {
            problem = name + message::is_not_an_object;
            return;
        }
        config.merge_patch(patch);
    } catch (const json::exception &error) {
        problem = name + message::is_not_json + json_problem(error);
    }
}

// Motion has no classes, so that the default of Classes would be an error.
void remove_default_class_of_motion(json &config) {
    json &tracking = config["tracking"];
    if (!tracking.is_object() || tracking.value("model", json()) != "builtin:motion") return;
    const json classes = parse_classes(parameter(Par::Classes).td.default_text);
    if (tracking.value("classes", json()) == classes) tracking["classes"] = json::array();
}

} // namespace

std::string models_folder(const Values &values, const std::string &plugin_folder) {
    const std::string chosen = trimmed(values.text(Par::Modelsfolder));
    return chosen.empty() ? plugin_folder + platform::separator + "models" : chosen;
}

std::string with_credentials(const std::string &address, const std::string &user,
                             const std::string &password) {
    const std::size_t scheme = address.find("://");
    if (scheme == std::string::npos || (user.empty() && password.empty())) return address;
    const std::size_t host = scheme + 3;
    const std::size_t path = std::min(address.find_first_of("/?#", host), address.size());
    if (address.substr(host, path - host).find('@') != std::string::npos) return address;
    std::string credentials = percent_encoded(user);
    if (!password.empty()) credentials += ":" + percent_encoded(password);
    return address.substr(0, host) + credentials + "@" + address.substr(host);
}

Settings settings_from(const Values &values, const std::string &camera_id,
                       const std::string &plugin_folder, const std::string &settings_file) {
    Settings settings;
    const std::string stream = stream_address(values, settings.problem);
    json camera = {{"id", camera_id},
                   {"stream", stream},
                   {"loop", values.is_on(Par::Loop)},
                   {"rtsp_transport", values.text(Par::Transport)}};
    if (values.is_on(Par::Useroi)) {
        const auto region = values.region(Par::Roi);
        if (settings.problem.empty() && (region[0] >= region[2] || region[1] >= region[3]))
            settings.problem = message::region_is_upside_down;
        camera["roi"] = region;
    }
    json service = {{"device", trimmed(values.text(Par::Device))},
                    {"models_dir", models_folder(values, plugin_folder)}};
    const std::string file = trimmed(values.text(Par::Modelfile));
    const std::string runtime = trimmed(values.text(Par::Onnxruntime));
    if (!runtime.empty()) service["onnxruntime"] = runtime;
    json config = {
        {"camera", camera},
        {"service", service},
        {"tracking",
         {{"model", file.empty() ? trimmed(values.text(Par::Model)) : file},
          {"confidence", values.number(Par::Confidence)},
          {"iou", values.number(Par::Overlap)},
          {"classes", parse_classes(values.text(Par::Classes))},
          {"objects_max", values.integer(Par::Slots)},
          {"object_persistence_ms", values.integer(Par::Persistence)},
          {"period_frames", values.integer(Par::Everynth)},
          {"tracker", values.text(Par::Tracker)}}},
        {"slots",
         {{"on_release", values.text(Par::Onrelease)},
          {"smoothing", values.number(Par::Smoothing)}}},
    };
    merge_user_json(config, settings_file, "Settings File", settings.problem);
    merge_user_json(config, values.text(Par::Settings), "Settings", settings.problem);
    remove_default_class_of_motion(config);
    // Channels and pictures need these, so that settings cannot override them.
    json required = {{"camera", {{"id", camera_id}}},
                     {"slots", {{"units", "normalized"}, {"origin", "top_left"}}}};
    config.merge_patch(required);
    if (settings.problem.empty()) settings.config = std::move(config);
    return settings;
}

nlohmann::json patch_between(const json &from, const json &to) {
    json patch = json::object();
    for (const auto &[key, value] : to.items()) {
        const auto old = from.find(key);
        if (old == from.end()) {
            patch[key] = value;
        } else if (*old != value) {
            const bool both = old->is_object() && value.is_object();
            patch[key] = both ? patch_between(*old, value) : value;
        }
    }
    for (const auto &[key, value] : from.items())
        if (!to.contains(key)) patch[key] = nullptr;
    return patch;
}

} // namespace rextrack_td
