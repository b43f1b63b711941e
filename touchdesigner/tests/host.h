// A host of our own that loads the real plugins and calls them as TouchDesigner does: parameters
// with values, TOPs that are downloaded from, buffers and their owners. Speaks the SDK of 2023.

#ifndef REXTRACK_TD_TESTS_HOST_H
#define REXTRACK_TD_TESTS_HOST_H

#include "td_sdk.h"

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <dlfcn.h>
#include <sys/resource.h>

namespace host {

using Clock = std::chrono::steady_clock;

// Objects that plugins must give back.
inline std::atomic<int> &live_objects() {
    static std::atomic<int> count{0};
    return count;
}

class String final : public TD::OP_String {
public:
    void setString(const char *text) override { value = text ? text : ""; }
    std::string value;
};

// One parameter as a plugin appended it, with its value.
struct Par {
    std::string page;
    std::string label;
    std::string text;
    double numbers[4] = {};
    double least = 0, most = 0;
    std::vector<std::string> items;
    bool is_pulse = false;
    bool is_enabled = true;
};

// Takes what a plugin appends.
class Parameters final : public TD::OP_ParameterManager {
public:
    std::unordered_map<std::string, Par> all;
    std::vector<std::string> order;

    using Result = TD::OP_ParAppendResult;
    using Numeric = TD::OP_NumericParameter;
    using Text = TD::OP_StringParameter;

    Result appendFloat(const Numeric &p, int32_t) override { return add(p); }
    Result appendInt(const Numeric &p, int32_t) override { return add(p); }
    Result appendXY(const Numeric &p) override { return add(p); }
    Result appendXYZ(const Numeric &p) override { return add(p); }
    Result appendUV(const Numeric &p) override { return add(p); }
    Result appendUVW(const Numeric &p) override { return add(p); }
    Result appendRGB(const Numeric &p) override { return add(p); }
    Result appendRGBA(const Numeric &p) override { return add(p); }
    Result appendToggle(const Numeric &p) override { return add(p); }
    Result appendPulse(const Numeric &p) override {
        const Result result = add(p);
        all[p.name].is_pulse = true;
        return result;
    }
    Result appendString(const Text &p) override { return add(p); }
    Result appendFile(const Text &p) override { return add(p); }
    Result appendFolder(const Text &p) override { return add(p); }
    Result appendDAT(const Text &p) override { return add(p); }
    Result appendCHOP(const Text &p) override { return add(p); }
    Result appendTOP(const Text &p) override { return add(p); }
    Result appendObject(const Text &p) override { return add(p); }
    Result appendMenu(const Text &p, int32_t count, const char **names, const char **) override {
        const Result result = add(p);
        all[p.name].items.assign(names, names + count);
        return result;
    }
    Result appendStringMenu(const Text &p, int32_t, const char **, const char **) override {
        return add(p);
    }
    Result appendSOP(const Text &p) override { return add(p); }
    Result appendPython(const Text &p) override { return add(p); }
    Result appendOP(const Text &p) override { return add(p); }
    Result appendCOMP(const Text &p) override { return add(p); }
    Result appendMAT(const Text &p) override { return add(p); }
    Result appendPanelCOMP(const Text &p) override { return add(p); }
    Result appendHeader(const Text &p) override { return add(p); }
    Result appendMomentary(const Numeric &p) override { return add(p); }
    Result appendWH(const Numeric &p) override { return add(p); }
    Result appendDynamicStringMenu(const Text &p) override { return add(p); }
    Result appendDynamicMenu(const Numeric &p) override { return add(p); }
    // Some headers of the same generation have it too.
    virtual Result appendXYZW(const Numeric &p) { return add(p); }

private:
    Result add(const Numeric &p) {
        Par par;
        for (int i = 0; i < 4; ++i) par.numbers[i] = p.defaultValues[i];
        par.least = p.minValues[0];
        par.most = p.maxValues[0];
        return add(p.name, p.label, p.page, par);
    }
    Result add(const Text &p) {
        Par par;
        par.text = p.defaultValue ? p.defaultValue : "";
        return add(p.name, p.label, p.page, par);
    }
    Result add(const char *name, const char *label, const char *page, Par par) {
        par.label = label ? label : "";
        par.page = page ? page : "";
        if (!all.emplace(name, par).second) return Result::InvalidName;
        order.push_back(name);
        return Result::Success;
    }
};

// Counts its owners, as TouchDesigner's objects do.
template <class Base> class Counted : public Base {
public:
    Counted() { ++live_objects(); }
    ~Counted() override { --live_objects(); }

protected:
    void acquire() override { ++owners_; }
    void release() override {
        if (--owners_ == 0) delete this;
    }
    void reserved0() override {}
    void reserved1() override {}
    void reserved2() override {}
    void reserved3() override {}
    void reserved4() override {}

private:
    std::atomic<int> owners_{0};
};

// A picture: BGRA8, the bottom row first, as TouchDesigner's are.
struct Picture {
    uint32_t width = 0, height = 0;
    std::vector<uint8_t> pixels;

    Picture() = default;
    Picture(uint32_t w, uint32_t h, uint8_t grey)
        : width(w), height(h), pixels(std::size_t{w} * h * 4, grey) {}

    // Paints a white box, in normalised coordinates with the origin at the top left.
    void paint(double x, double y, double w, double h) {
        const auto at = [](double v, uint32_t side) {
            return static_cast<uint32_t>(std::min(std::max(v, 0.0), 1.0) * side);
        };
        for (uint32_t row = at(y - h / 2, height); row < at(y + h / 2, height); ++row) {
            const std::size_t line = std::size_t{height - 1 - row} * width;
            const uint32_t left = at(x - w / 2, width), right = at(x + w / 2, width);
            if (left < right) std::memset(&pixels[(line + left) * 4], 255, (right - left) * 4);
        }
    }
};

class Download final : public Counted<TD::OP_TOPDownloadResult> {
public:
    Download(std::shared_ptr<const Picture> picture, std::chrono::microseconds gpu)
        : picture_(std::move(picture)), ready_(Clock::now() + gpu) {
        size = picture_->pixels.size();
        textureDesc.width = picture_->width;
        textureDesc.height = picture_->height;
        textureDesc.texDim = TD::OP_TexDim::e2D;
        textureDesc.pixelFormat = TD::OP_PixelFormat::BGRA8Fixed;
    }

    // Stalls until the "GPU" is done.
    void *getData() override {
        std::this_thread::sleep_until(ready_);
        return const_cast<uint8_t *>(picture_->pixels.data());
    }

private:
    std::shared_ptr<const Picture> picture_;
    Clock::time_point ready_;
};

// A TOP whose picture the test sets.
class Top final : public TD::OP_TOPInput {
public:
    explicit Top(uint32_t id) {
        opPath = "/project1/moviefilein1";
        opId = id;
        totalCooks = 0;
        customOP = nullptr;
    }

    void show(std::shared_ptr<const Picture> picture) {
        picture_ = std::move(picture);
        textureDesc.width = picture_->width;
        textureDesc.height = picture_->height;
        ++totalCooks;
    }

    TD::OP_SmartRef<TD::OP_TOPDownloadResult>
    downloadTexture(const TD::OP_TOPInputDownloadOptions &options, void *) const override {
        if (options.pixelFormat != TD::OP_PixelFormat::BGRA8Fixed || options.verticalFlip)
            throw std::logic_error("the host downloads BGRA8 that is not flipped");
        return TD::OP_SmartRef<TD::OP_TOPDownloadResult>(
            new Download(picture_, std::chrono::milliseconds(2)));
    }
    const TD::OP_CUDAArrayInfo *getCUDAArray(const TD::OP_CUDAAcquireInfo &, void *) const override {
        return nullptr;
    }

protected:
    void *reserved0() override { return nullptr; }
    void *reserved1() override { return nullptr; }
    void *reserved2() override { return nullptr; }
    void *reserved3() override { return nullptr; }
    void *reserved4() override { return nullptr; }

private:
    std::shared_ptr<const Picture> picture_;
};

// What a node reads: its parameters, and the nodes that they name.
class Inputs final : public TD::OP_Inputs {
public:
    Parameters parameters;
    const TD::OP_TOPInput *top = nullptr;
    const TD::OP_TOPInput *wired = nullptr;
    const TD::OP_CHOPInput *chop = nullptr;

    Par &par(const char *name) const {
        auto &all = const_cast<Parameters &>(parameters).all;
        const auto found = all.find(name);
        if (found == all.end()) throw std::logic_error(std::string("no parameter ") + name);
        return found->second;
    }

    int32_t getNumInputs() const override { return wired ? 1 : 0; }
    const TD::OP_CHOPInput *getInputCHOP(int32_t) const override { return nullptr; }
    const TD::OP_DATInput *getParDAT(const char *) const override { return nullptr; }
    const TD::OP_CHOPInput *getParCHOP(const char *) const override { return chop; }
    const TD::OP_ObjectInput *getParObject(const char *) const override { return nullptr; }
    double getParDouble(const char *name, int32_t index) const override {
        return par(name).numbers[index];
    }
    bool getParDouble2(const char *name, double &a, double &b) const override {
        a = par(name).numbers[0];
        b = par(name).numbers[1];
        return true;
    }
    bool getParDouble3(const char *name, double &a, double &b, double &c) const override {
        c = par(name).numbers[2];
        return getParDouble2(name, a, b);
    }
    bool getParDouble4(const char *name, double &a, double &b, double &c,
                       double &d) const override {
        d = par(name).numbers[3];
        return getParDouble3(name, a, b, c);
    }
    int32_t getParInt(const char *name, int32_t index) const override {
        return static_cast<int32_t>(par(name).numbers[index]);
    }
    bool getParInt2(const char *, int32_t &, int32_t &) const override { return false; }
    bool getParInt3(const char *, int32_t &, int32_t &, int32_t &) const override { return false; }
    bool getParInt4(const char *, int32_t &, int32_t &, int32_t &, int32_t &) const override {
        return false;
    }
    const char *getParString(const char *name) const override { return par(name).text.c_str(); }
    const char *getParFilePath(const char *name) const override { return par(name).text.c_str(); }
    bool getRelativeTransform(const char *, const char *, double[4][4]) const override {
        return false;
    }
    void enablePar(const char *name, bool on) const override { par(name).is_enabled = on; }
    const TD::OP_DATInput *getDAT(const char *) const override { return nullptr; }
    const TD::OP_CHOPInput *getCHOP(const char *) const override { return nullptr; }
    const TD::OP_ObjectInput *getObject(const char *) const override { return nullptr; }
    const TD::OP_SOPInput *getParSOP(const char *) const override { return nullptr; }
    const TD::OP_SOPInput *getInputSOP(int32_t) const override { return nullptr; }
    const TD::OP_SOPInput *getSOP(const char *) const override { return nullptr; }
    const TD::OP_DATInput *getInputDAT(int32_t) const override { return nullptr; }
    PyObject *getParPython(const char *) const override { return nullptr; }
    const TD::OP_TimeInfo *getTimeInfo() const override { return nullptr; }
    const TD::OP_TOPInput *getTOP(const char *) const override { return nullptr; }
    const TD::OP_TOPInput *getInputTOP(int32_t) const override { return wired; }
    const TD::OP_TOPInput *getParTOP(const char *) const override { return top; }

private:
    const TD::OP_TOPInputOpenGL *getInputTOPOpenGL(int32_t) const override { return nullptr; }
    const TD::OP_TOPInputOpenGL *getParTOPOpenGL(const char *) const override { return nullptr; }
    const TD::OP_TOPInputOpenGL *getTOPOpenGL(const char *) const override { return nullptr; }
    void *getTOPDataInCPUMemory(const TD::OP_TOPInputOpenGL *,
                                const TD::OP_TOPInputDownloadOptionsOpenGL *) const override {
        return nullptr;
    }
};

// A plugin, loaded as TouchDesigner loads it.
class Plugin {
public:
    explicit Plugin(const std::string &path) : path_(path) {
        handle_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!handle_) throw std::runtime_error(dlerror());
    }

    template <class Function> Function entry(const char *name) const {
        void *found = dlsym(handle_, name);
        if (!found) throw std::runtime_error(path_ + " has no " + name);
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

    void lend(TD::OP_CustomOPInfo &info) {
        info.opType = &type;
        info.opLabel = &label;
        info.opIcon = &icon;
        info.authorName = &author;
        info.authorEmail = &email;
        info.pythonVersion = &python;
    }
};

// How often the system took the processor away from the calling thread.
inline long preemptions_so_far() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

// What the two families of nodes have in common.
class Operator {
public:
    Inputs inputs;
    // What the last cook took, and how often the system took the processor away meanwhile.
    std::chrono::nanoseconds execute_time{};
    long preemptions = 0;
    std::chrono::nanoseconds cook_time{};
    std::string error, warning, popup;
    std::map<std::string, float> info_channels;
    std::vector<std::vector<std::string>> info_table;

    void set(const char *name, double value) { inputs.par(name).numbers[0] = value; }
    void set(const char *name, const std::string &text) {
        Par &par = inputs.par(name);
        par.text = text;
        for (std::size_t i = 0; i < par.items.size(); ++i)
            if (par.items[i] == text) par.numbers[0] = static_cast<double>(i);
    }

    // The value beside a name in the Info DAT.
    std::string fact(const std::string &name) const {
        for (const auto &row : info_table)
            if (row.size() > 1 && row[0] == name) return row[1];
        return {};
    }

protected:
    // What TouchDesigner asks for after every cook.
    template <class Base> void ask(Base &node) {
        info_channels.clear();
        for (int32_t i = 0; i < node.getNumInfoCHOPChans(nullptr); ++i) {
            String name;
            TD::OP_InfoCHOPChan channel{};
            channel.name = &name;
            node.getInfoCHOPChan(i, &channel, nullptr);
            info_channels[name.value] = channel.value;
        }
        info_table.clear();
        TD::OP_InfoDATSize size{};
        if (node.getInfoDATSize(&size, nullptr))
            for (int32_t row = 0; row < size.rows; ++row) {
                std::vector<String> cells(static_cast<std::size_t>(size.cols));
                std::vector<TD::OP_String *> pointers;
                for (String &cell : cells) pointers.push_back(&cell);
                TD::OP_InfoDATEntries entries{};
                entries.values = pointers.data();
                node.getInfoDATEntries(row, size.cols, &entries, nullptr);
                info_table.emplace_back();
                for (const String &cell : cells) info_table.back().push_back(cell.value);
            }
        String said;
        node.getInfoPopupString(&said, nullptr);
        popup = said.value;
        String warned;
        node.getWarningString(&warned, nullptr);
        warning = warned.value;
        String failed;
        node.getErrorString(&failed, nullptr);
        error = failed.value;
    }
};

class Chop final : public Operator {
public:
    Chop(const Plugin &plugin, uint32_t id) : id_(id) {
        node_info_.opPath = "/project1/rextrack1";
        node_info_.opId = id;
        node_info_.pluginPath = plugin.path().c_str();
        node_info_.context = nullptr;
        destroy_ = plugin.entry<DESTROYCHOPINSTANCE>("DestroyCHOPInstance");
        node_ = plugin.entry<CREATECHOPINSTANCE>("CreateCHOPInstance")(&node_info_);
        if (!node_) throw std::runtime_error("there is no node");
        node_->setupParameters(&inputs.parameters, nullptr);
    }
    ~Chop() { destroy_(node_); }

    std::vector<std::string> names;
    std::vector<float> values;

    void cook(bool ask_all = true) {
        const Clock::time_point begin = Clock::now();
        TD::CHOP_GeneralInfo general{};
        node_->getGeneralInfo(&general, &inputs, nullptr);
        if (!general.cookEveryFrameIfAsked || general.timeslice)
            throw std::logic_error("it would not cook every frame");
        TD::CHOP_OutputInfo output{};
        if (!node_->getOutputInfo(&output, &inputs, nullptr) || output.numSamples != 1)
            throw std::logic_error("it gives no output of one sample");
        const auto count = static_cast<std::size_t>(output.numChannels);
        names.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            name_.value.clear();
            node_->getChannelName(static_cast<int32_t>(i), &name_, &inputs, nullptr);
            names[i] = name_.value;
        }
        values.assign(count, 0.0f);
        channels_.resize(count);
        name_pointers_.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            channels_[i] = &values[i];
            name_pointers_[i] = names[i].c_str();
        }
        TD::CHOP_Output out(output.numChannels, 1, 60.0f, 0, channels_.data(),
                            name_pointers_.data());
        const long preempted = preemptions_so_far();
        const Clock::time_point executed = Clock::now();
        node_->execute(&out, &inputs, nullptr);
        execute_time = Clock::now() - executed;
        preemptions = preemptions_so_far() - preempted;
        if (ask_all) ask(*node_);
        cook_time = Clock::now() - begin;
    }

    float value(const std::string &name) const {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == name) return values[i];
        throw std::logic_error("no channel " + name);
    }

    void pulse(const char *name) { node_->pulsePressed(name, nullptr); }

    std::vector<std::string> menu(const char *name) {
        struct Menu final : TD::OP_BuildDynamicMenuInfo {
            std::vector<std::string> entries;
            bool addMenuEntry(const char *entry, const char *) override {
                entries.push_back(entry);
                return true;
            }
        } menu;
        menu.instance = node_;
        menu.name = name;
        node_->buildDynamicMenu(&inputs, &menu, nullptr);
        return menu.entries;
    }

    // This node as another one's parameter names it.
    const TD::OP_CHOPInput *as_input() {
        input_.opPath = node_info_.opPath;
        input_.opId = id_;
        return &input_;
    }

private:
    uint32_t id_;
    TD::OP_NodeInfo node_info_{};
    DESTROYCHOPINSTANCE destroy_;
    TD::CHOP_CPlusPlusBase *node_;
    String name_;
    std::vector<float *> channels_;
    std::vector<const char *> name_pointers_;
    TD::OP_CHOPInput input_{};
};

class Buffer final : public Counted<TD::TOP_Buffer> {
public:
    explicit Buffer(uint64_t bytes) : bytes_(bytes) {
        data = bytes_.data();
        size = bytes;
    }

private:
    std::vector<uint8_t> bytes_;
};

class Context final : public TD::TOP_Context {
public:
    TD::OP_SmartRef<TD::TOP_Buffer> createOutputBuffer(uint64_t size, TD::TOP_BufferFlags,
                                                       void *) override {
        return TD::OP_SmartRef<TD::TOP_Buffer>(new Buffer(size));
    }
    void returnBuffer(TD::OP_SmartRef<TD::TOP_Buffer> *buffer) override { buffer->release(); }
    PyObject *createArgumentsTuple(int, void *) override { return nullptr; }
    PyObject *callPythonCallback(const char *, PyObject *, PyObject *, void *) override {
        return nullptr;
    }
    bool beginCUDAOperations(void *) override { return false; }
    void endCUDAOperations(void *) override {}

protected:
    void *reservedFunc0() override { return nullptr; }
    void *reservedFunc1() override { return nullptr; }
    void *reservedFunc2() override { return nullptr; }
    void *reservedFunc3() override { return nullptr; }
    void *reservedFunc4() override { return nullptr; }
    void *reservedFunc5() override { return nullptr; }
    void *reservedFunc6() override { return nullptr; }
    void *reservedFunc7() override { return nullptr; }
    void *reservedFunc8() override { return nullptr; }
    void *reservedFunc9() override { return nullptr; }
    void *reservedFunc10() override { return nullptr; }
    void *reservedFunc11() override { return nullptr; }
    void *reservedFunc12() override { return nullptr; }
    void *reservedFunc13() override { return nullptr; }
    void *reservedFunc14() override { return nullptr; }
    void reserved0() override {}
    void reserved1() override {}
    void reserved2() override {}
    void reserved3() override {}
    void reserved4() override {}
    void reserved5() override {}
    void reserved6() override {}
    void reserved7() override {}
    void reserved8() override {}
    void reserved9() override {}
};

// What a TOP gave to TouchDesigner.
class Output final : public TD::TOP_Output {
public:
    uint32_t width = 0, height = 0;
    TD::OP_PixelFormat format = TD::OP_PixelFormat::Invalid;
    TD::TOP_FirstPixel first = TD::TOP_FirstPixel::BottomLeft;
    std::vector<uint8_t> pixels;
    int uploads = 0;

    void uploadBuffer(TD::OP_SmartRef<TD::TOP_Buffer> *buffer, const TD::TOP_UploadInfo &info,
                      void *) override {
        width = info.textureDesc.width;
        height = info.textureDesc.height;
        format = info.textureDesc.pixelFormat;
        first = info.firstPixel;
        const auto *bytes = static_cast<const uint8_t *>((*buffer)->data);
        if (keep) pixels.assign(bytes, bytes + (*buffer)->size);
        buffer->release();
        ++uploads;
    }
    const TD::OP_CUDAArrayInfo *createCUDAArray(const TD::TOP_CUDAOutputInfo &, void *) override {
        return nullptr;
    }

    // Whether the pixels are kept for the test; copying them costs time.
    bool keep = true;

private:
    void reserved0() override {}
    void reserved1() override {}
    void reserved2() override {}
    void reserved3() override {}
    void reserved4() override {}
    void reserved5() override {}
    void reserved6() override {}
    void reserved7() override {}
    void reserved8() override {}
    void reserved9() override {}
};

class TopNode final : public Operator {
public:
    TopNode(const Plugin &plugin, uint32_t id) {
        node_info_.opPath = "/project1/rextrack2";
        node_info_.opId = id;
        node_info_.pluginPath = plugin.path().c_str();
        node_info_.context = &context_;
        destroy_ = plugin.entry<DESTROYTOPINSTANCE>("DestroyTOPInstance");
        node_ = plugin.entry<CREATETOPINSTANCE>("CreateTOPInstance")(&node_info_, &context_);
        if (!node_) throw std::runtime_error("there is no node");
        node_->setupParameters(&inputs.parameters, nullptr);
    }
    ~TopNode() { destroy_(node_, &context_); }

    Output output;

    void cook(bool ask_all = true) {
        const Clock::time_point begin = Clock::now();
        TD::TOP_GeneralInfo general{};
        node_->getGeneralInfo(&general, &inputs, nullptr);
        if (!general.cookEveryFrameIfAsked) throw std::logic_error("it would not cook every frame");
        const Clock::time_point executed = Clock::now();
        node_->execute(&output, &inputs, nullptr);
        execute_time = Clock::now() - executed;
        if (ask_all) ask(*node_);
        cook_time = Clock::now() - begin;
    }

private:
    Context context_;
    TD::OP_NodeInfo node_info_{};
    DESTROYTOPINSTANCE destroy_;
    TD::TOP_CPlusPlusBase *node_;
};

// The folder of the plugins, from the environment.
inline std::string plugins() {
    const char *folder = std::getenv("REXTRACK_TD_PLUGINS");
    if (!folder) throw std::runtime_error("set REXTRACK_TD_PLUGINS to the folder of the plugins");
    return folder;
}

inline const Plugin &chop_plugin() {
    static const Plugin plugin(plugins() + "/RextrackCHOP.so");
    return plugin;
}

inline const Plugin &top_plugin() {
    static const Plugin plugin(plugins() + "/RextrackTOP.so");
    return plugin;
}

} // namespace host

#endif
