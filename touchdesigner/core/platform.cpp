#include "platform.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>
#else
#include <dlfcn.h>
#include <pthread.h>
#include <sys/resource.h>
#endif

namespace fs = std::filesystem;

namespace rextrack_td::platform {

namespace {

#ifdef _WIN32
std::wstring to_utf16(const std::string &text) {
    int length = MultiByteToWideChar(CP_UTF8, 0, text.c_str(), -1, nullptr, 0);
    std::wstring result(length > 0 ? static_cast<size_t>(length) : 1, L'\0');
    if (length > 0) MultiByteToWideChar(CP_UTF8, 0, text.c_str(), -1, &result[0], length);
    result.resize(result.size() - 1);
    return result;
}

fs::path path_of(const std::string &text) { return fs::path(to_utf16(text)); }
std::string text_of(const fs::path &path) { return to_utf8(path.c_str()); }
#else
fs::path path_of(const std::string &text) { return fs::path(text); }
std::string text_of(const fs::path &path) { return path.string(); }
#endif

// Has an address inside this plugin.
void anchor() {}

} // namespace

#ifdef _WIN32
std::string to_utf8(const wchar_t *text) {
    int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, nullptr, 0, nullptr, nullptr);
    std::string result(length > 0 ? static_cast<size_t>(length) : 1, '\0');
    if (length > 0)
        WideCharToMultiByte(CP_UTF8, 0, text, -1, &result[0], length, nullptr, nullptr);
    result.resize(result.size() - 1);
    return result;
}
#endif

std::string own_folder() {
#ifdef _WIN32
    HMODULE module = nullptr;
    const DWORD flags =
        GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    if (!GetModuleHandleExW(flags, reinterpret_cast<LPCWSTR>(&anchor), &module)) return {};
    std::wstring path(32768, L'\0');
    DWORD length = GetModuleFileNameW(module, &path[0], static_cast<DWORD>(path.size()));
    if (length == 0 || length >= path.size()) return {};
    path.resize(length);
    return folder_of(to_utf8(path.c_str()));
#else
    Dl_info info{};
    if (!dladdr(reinterpret_cast<void *>(&anchor), &info) || !info.dli_fname) return {};
    std::error_code error;
    fs::path path = fs::canonical(info.dli_fname, error);
    return outside_bundle(folder_of(error ? std::string(info.dli_fname) : text_of(path)));
#endif
}

std::string outside_bundle(const std::string &folder) {
    const std::string inside = "/Contents/MacOS";
    if (folder.size() <= inside.size() ||
        folder.compare(folder.size() - inside.size(), inside.size(), inside) != 0)
        return folder;
    return folder_of(folder.substr(0, folder.size() - inside.size()));
}

std::string folder_of(const std::string &path) { return text_of(path_of(path).parent_path()); }

bool is_file(const std::string &path) {
    std::error_code error;
    return fs::is_regular_file(path_of(path), error);
}

std::vector<std::string> files_in(const std::string &folder, const std::string &ending) {
    std::vector<std::string> names;
    std::error_code error;
    fs::directory_iterator entry(path_of(folder), error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        std::string name = text_of(entry->path().filename());
        if (name.size() > ending.size() &&
            name.compare(name.size() - ending.size(), ending.size(), ending) == 0)
            names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    return names;
}

bool read_file(const std::string &path, std::string &text) {
    std::ifstream file(path_of(path), std::ios::binary);
    text.assign(std::istreambuf_iterator<char>(file), {});
    return file.good() || file.eof();
}

void *load(const std::string &path, std::string &error) {
#ifdef _WIN32
    // The library's own folder is searched before the host's, so that the library does not use the
    // host's copies of OpenCV or ONNX Runtime.
    HMODULE library = LoadLibraryExW(
        to_utf16(path).c_str(), nullptr,
        LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    if (!library) {
        const DWORD code = GetLastError();
        wchar_t text[512] = L"";
        FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, code,
                       0, text, 512, nullptr);
        error = to_utf8(text) + " (error " + std::to_string(code) + ")";
    }
    return reinterpret_cast<void *>(library);
#else
    // RTLD_LOCAL: the host's other plugins do not see its symbols.
    void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *text = dlerror();
        error = text ? text : "unknown reason";
    }
    return library;
#endif
}

void *symbol(void *library, const char *name) {
#ifdef _WIN32
    return reinterpret_cast<void *>(GetProcAddress(static_cast<HMODULE>(library), name));
#else
    return dlsym(library, name);
#endif
}

void init_thread(const char *name) {
#if defined(_WIN32)
    // Looked up by name, so that Windows before 10 1607, which lacks it, can load the plugin.
    using SetDescription = HRESULT(WINAPI *)(HANDLE, PCWSTR);
    HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
    auto set = reinterpret_cast<SetDescription>(
        reinterpret_cast<void *>(GetProcAddress(kernel, "SetThreadDescription")));
    if (set) set(GetCurrentThread(), to_utf16(name).c_str());
    SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_BELOW_NORMAL);
#elif defined(__APPLE__)
    pthread_setname_np(name);
#else
    pthread_setname_np(pthread_self(), name);
    // On Linux this applies to the thread alone. The library's own threads have the same value.
    setpriority(PRIO_PROCESS, 0, 4);
#endif
}

} // namespace rextrack_td::platform
