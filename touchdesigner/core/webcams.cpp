#include "webcams.h"

#include "platform.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

#include <oaidl.h>
#include <objbase.h>
#include <ocidl.h>
#include <strmif.h>
#endif

namespace rextrack_td {

namespace {

// The text of a file, without blanks at its end; empty when it cannot be read.
std::string line_of(const std::string &path) {
    std::string text;
    if (!platform::read_file(path, text)) return {};
    text.resize(text.find_last_not_of(" \t\r\n") + 1);
    return text;
}

#ifdef _WIN32

// Defined here, so that neither strmiids nor uuid is linked.
constexpr GUID system_device_enum = {
    0x62BE5D10, 0x60EB, 0x11D0, {0xBD, 0x3B, 0x00, 0xA0, 0xC9, 0x11, 0xCE, 0x86}};
constexpr GUID video_input_devices = {
    0x860BB310, 0x5D01, 0x11D0, {0xBD, 0x3B, 0x00, 0xA0, 0xC9, 0x11, 0xCE, 0x86}};
constexpr GUID create_dev_enum = {
    0x29840822, 0x5B84, 0x11D0, {0xBD, 0x3B, 0x00, 0xA0, 0xC9, 0x11, 0xCE, 0x86}};
constexpr GUID property_bag = {
    0x55272A00, 0x42CB, 0x11CE, {0x81, 0x35, 0x00, 0xAA, 0x00, 0x4B, 0xB8, 0x51}};

// Releases an object of COM.
template <class Interface> class Com {
public:
    ~Com() {
        if (object_) object_->Release();
    }
    Interface *operator->() const { return object_; }
    explicit operator bool() const { return object_ != nullptr; }
    Interface **receive() { return &object_; }

private:
    Interface *object_ = nullptr;
};

// Initialises COM on the calling thread.
struct ComThread {
    const HRESULT result = CoInitializeEx(nullptr, COINIT_MULTITHREADED);
    ~ComThread() {
        if (SUCCEEDED(result)) CoUninitialize();
    }
};

std::string friendly_name(IMoniker &device) {
    Com<IPropertyBag> properties;
    if (FAILED(device.BindToStorage(nullptr, nullptr, property_bag,
                                    reinterpret_cast<void **>(properties.receive()))))
        return {};
    VARIANT value;
    VariantInit(&value);
    std::string name;
    if (SUCCEEDED(properties->Read(L"FriendlyName", &value, nullptr)) && value.vt == VT_BSTR)
        name = platform::to_utf8(value.bstrVal);
    VariantClear(&value);
    return name;
}

// OpenCV counts the devices of DirectShow in this order.
std::vector<Webcam> directshow_webcams() {
    std::vector<Webcam> found;
    const ComThread com;
    Com<ICreateDevEnum> system;
    if (FAILED(CoCreateInstance(system_device_enum, nullptr, CLSCTX_INPROC_SERVER, create_dev_enum,
                                reinterpret_cast<void **>(system.receive()))))
        return found;
    Com<IEnumMoniker> devices;
    // S_FALSE, without an object, when there is no device.
    if (system->CreateClassEnumerator(video_input_devices, devices.receive(), 0) != S_OK ||
        !devices)
        return found;
    for (;;) {
        Com<IMoniker> device;
        if (devices->Next(1, device.receive(), nullptr) != S_OK) return found;
        found.push_back({static_cast<int>(found.size()), friendly_name(*device.operator->())});
    }
}

#endif

} // namespace

std::vector<Webcam> webcams_in(const std::string &folder) {
    const std::string prefix = "video";
    std::vector<Webcam> found;
    for (const std::string &entry : platform::files_in(folder, "")) {
        char *end = nullptr;
        if (entry.compare(0, prefix.size(), prefix) != 0) continue;
        const long number = std::strtol(entry.c_str() + prefix.size(), &end, 10);
        if (end == entry.c_str() + prefix.size() || *end != '\0') continue;
        const std::string device = folder + platform::separator + entry + platform::separator;
        // A webcam has several devices, of which the first gives pictures, and the others give data
        // about them.
        const std::string index = line_of(device + "index");
        if (!index.empty() && index != "0") continue;
        found.push_back({static_cast<int>(number), line_of(device + "name")});
    }
    std::sort(found.begin(), found.end(),
              [](const Webcam &a, const Webcam &b) { return a.number < b.number; });
    return found;
}

std::vector<Webcam> webcams() {
#if defined(_WIN32)
    return directshow_webcams();
#elif defined(__APPLE__)
    // The names are only in AVFoundation, which is for Objective-C.
    return {{0, {}}, {1, {}}, {2, {}}, {3, {}}};
#else
    return webcams_in("/sys/class/video4linux");
#endif
}

} // namespace rextrack_td
