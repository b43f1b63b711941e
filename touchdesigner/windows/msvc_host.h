// TouchDesigner's side of a plugin, with MSVC's object layout: parameters, inputs, pictures. It uses no
// standard library; see msvc_abi.cmake. The SDK of 2023.

#ifndef REXTRACK_TD_WINDOWS_MSVC_HOST_H
#define REXTRACK_TD_WINDOWS_MSVC_HOST_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "tests/host/counted.h"
#include "tests/host/sdk_defaults.h"

extern "C" {
int printf(const char *format, ...);
[[noreturn]] void exit(int code);
}

namespace host {

// Ends the program when `is_true` is false.
inline void check(bool is_true, const char *rule, const char *found = "") {
    if (is_true) return;
    printf("failed: %s%s%s\n", rule, *found ? ": " : "", found);
    exit(1);
}

inline bool contains(const char *text, const char *part) {
    const size_t length = strlen(part);
    for (; *text; ++text)
        if (strncmp(text, part, length) == 0) return true;
    return false;
}

class String final : public TD::OP_String {
public:
    void setString(const char *text) override {
        size_t length = strlen(text);
        if (length >= sizeof value) length = sizeof value - 1;
        memcpy(value, text, length);
        value[length] = '\0';
    }
    char value[1024] = "";
};

// A parameter that a plugin appended, with its value.
struct Parameter {
    char name[32] = "";
    char text[256] = "";
    double numbers[4] = {};
    bool is_enabled = true;
};

// Receives the parameters that a plugin appends.
class Parameters final : public ParameterManager {
public:
    Parameter all[128];
    int count = 0;

    Parameter *find(const char *name) {
        for (int i = 0; i < count; ++i)
            if (strcmp(all[i].name, name) == 0) return &all[i];
        return nullptr;
    }

    Result appendMenu(const Text &p, int32_t count, const char **names, const char **) override {
        check(count > 0 && names[count - 1][0], "a menu has names", p.name);
        return add(p);
    }

private:
    Parameter &append(const char *name, const char *label, const char *page) {
        check(count < 128 && strlen(name) < 32, "there is room for the parameter", name);
        check(label && *label && page && *page, "a parameter has a label and a page", name);
        check(!find(name), "a parameter's name is used once", name);
        memcpy(all[count].name, name, strlen(name) + 1);
        return all[count++];
    }
    Result add(const Numeric &p) override {
        memcpy(append(p.name, p.label, p.page).numbers, p.defaultValues, sizeof p.defaultValues);
        return Result::Success;
    }
    Result add(const Text &p) override {
        Parameter &par = append(p.name, p.label, p.page);
        if (p.defaultValue) memcpy(par.text, p.defaultValue, strlen(p.defaultValue) + 1);
        return Result::Success;
    }
};

// A picture of 64x32: black, with a white square in the left half of the top quarter. The bottom row
// comes first.
class Download final : public Counted<TD::OP_TOPDownloadResult> {
public:
    Download() {
        memset(pixels_, 0, sizeof pixels_);
        for (int row = 24; row < 32; ++row) memset(pixels_ + row * 64 * 4, 255, 32 * 4);
        size = sizeof pixels_;
        textureDesc.width = 64;
        textureDesc.height = 32;
        textureDesc.texDim = TD::OP_TexDim::e2D;
        textureDesc.pixelFormat = TD::OP_PixelFormat::BGRA8Fixed;
    }
    void *getData() override { return pixels_; }

private:
    uint8_t pixels_[64 * 32 * 4];
};

class SourceTop final : public TopInput {
public:
    SourceTop() {
        opPath = "/project1/moviefilein1";
        opId = 7;
        totalCooks = 0;
        customOP = nullptr;
        textureDesc.width = 64;
        textureDesc.height = 32;
    }
    TD::OP_SmartRef<TD::OP_TOPDownloadResult>
    downloadTexture(const TD::OP_TOPInputDownloadOptions &options, void *) const override {
        check(options.pixelFormat == TD::OP_PixelFormat::BGRA8Fixed, "a download asks for BGRA8");
        return TD::OP_SmartRef<TD::OP_TOPDownloadResult>(new Download);
    }
};

// The inputs of a node: its parameters, and the TOP to which they refer.
class Inputs final : public ParameterInputs {
public:
    mutable Parameters parameters;
    const TD::OP_TOPInput *top = nullptr;

    Parameter &par(const char *name) const {
        Parameter *found = parameters.find(name);
        check(found, "the parameter exists", name);
        return *found;
    }
    void set(const char *name, const char *text) { memcpy(par(name).text, text, strlen(text) + 1); }

    const TD::OP_TOPInput *getParTOP(const char *) const override { return top; }
    void enablePar(const char *name, bool on) const override { par(name).is_enabled = on; }

protected:
    double number(const char *name, int32_t index) const override { return par(name).numbers[index]; }
    const char *text(const char *name) const override { return par(name).text; }
};

// Collects the entries of a dynamic menu.
class Menu final : public TD::OP_BuildDynamicMenuInfo {
public:
    explicit Menu(const char *parameter) { name = parameter; }
    int count = 0;
    bool has_motion = false;
    bool addMenuEntry(const char *entry, const char *label) override {
        check(*entry && *label, "an entry of a menu has a name and a label");
        has_motion = has_motion || strcmp(entry, "builtin:motion") == 0;
        ++count;
        return true;
    }
};

} // namespace host

#endif
