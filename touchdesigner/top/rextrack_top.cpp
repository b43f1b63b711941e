// The Rextrack TOP: the picture that is tracked in, with or without boxes, or a mask of them.

#include "core/viewer.h"
#include "sdk/operator.h"
#include "sdk/top_source.h"

#include <chrono>

namespace rextrack_td {

namespace {

using Clock = std::chrono::steady_clock;
using Buffer = TD::OP_SmartRef<TD::TOP_Buffer>;

class RextrackTop final : public TD::TOP_CPlusPlusBase {
public:
    RextrackTop(const TD::OP_NodeInfo &info, TD::TOP_Context &context)
        : node_(camera_id(info.opId), sdk::plugin_folder(info)),
          viewer_(node_, sdk::plugin_folder(info), [&context](uint64_t size) {
              return context.createOutputBuffer(size, TD::TOP_BufferFlags::None, nullptr);
          }) {}

    ~RextrackTop() override = default;

    void getGeneralInfo(TD::TOP_GeneralInfo *info, const TD::OP_Inputs *, void *) override {
        // What it shows changes without any input of TouchDesigner's.
        info->cookEveryFrameIfAsked = true;
    }

    void execute(TD::TOP_Output *output, const TD::OP_Inputs *inputs, void *) override {
        const Clock::time_point begin = Clock::now();
        sdk::guarded([&] {
            bool changed = sdk::read_parameters(*inputs, Family::Top, values_);
            if (changed) sdk::enable_parameters(*inputs, values_, Family::Top);
            const TD::OP_CHOPInput *chop = inputs->getParCHOP(parameter(Par::Chop).name);
            changed |= borrows_ != (chop != nullptr);
            borrows_ = chop != nullptr;
            if (changed) {
                own_ = values_;
                // Another node's pipeline is enough.
                if (borrows_) own_.set(Par::Active, 0.0);
            }
            node_.set(own_, changed);
            follow_top(*inputs);
            node_.poll(false, slots_);
            report_ = &node_.report();
            viewer_.look({chop ? camera_id(chop->opId) : std::string(), show()});
            show_newest(*output);
        });
        const std::chrono::duration<float, std::micro> took = Clock::now() - begin;
        cook_us_ = took.count();
    }

    int32_t getNumInfoCHOPChans(void *) override { return sdk::Info::channels(); }

    void getInfoCHOPChan(int32_t index, TD::OP_InfoCHOPChan *channel, void *) override {
        sdk::Info::channel(index, *channel, *report_, slots_.snapshot, cook_us_);
    }

    bool getInfoDATSize(TD::OP_InfoDATSize *size, void *) override {
        sdk::Info::size(*size, slots_);
        return true;
    }

    void getInfoDATEntries(int32_t index, int32_t entries, TD::OP_InfoDATEntries *row,
                           void *) override {
        sdk::guarded([&] { sdk::Info::row(index, entries, *row, *report_, slots_); });
    }

    void getErrorString(TD::OP_String *error, void *) override {
        if (!report_->error.empty()) error->setString(report_->error.c_str());
    }

    void getWarningString(TD::OP_String *warning, void *) override {
        sdk::guarded([&] {
            const char *own = "";
            if (borrows_ && !viewer_.has_pipeline())
                own = "Rextrack CHOP: that node tracks nothing: choose a Rextrack CHOP, switch its "
                      "Active on and see what it says itself";
            else if (no_top_)
                own = "Source is TOP and there is no such TOP: wire one, or choose one as TOP";
            sdk::warn(*warning, own, *report_);
        });
    }

    void getInfoPopupString(TD::OP_String *info, void *) override {
        sdk::guarded([&] { info->setString(sdk::popup(*report_, slots_.snapshot).c_str()); });
    }

    void setupParameters(TD::OP_ParameterManager *manager, void *) override {
        sdk::guarded([&] { sdk::append_parameters(*manager, Family::Top); });
    }

    void pulsePressed(const char *name, void *) override { sdk::pulse(node_, name); }

    void buildDynamicMenu(const TD::OP_Inputs *, TD::OP_BuildDynamicMenuInfo *menu,
                          void *) override {
        sdk::guarded([&] { sdk::build_menu(*menu, *report_); });
    }

private:
    Show show() const {
        const std::string &name = values_.text(Par::Show);
        if (name == "plain") return Show::Plain;
        return name == "mask" ? Show::Mask : Show::Annotated;
    }

    void follow_top(const TD::OP_Inputs &inputs) {
        no_top_ = false;
        if (values_.text(Par::Source) != "top" || !own_.on(Par::Active)) return;
        const TD::OP_TOPInput *top = inputs.getInputTOP(0);
        if (!top) top = inputs.getParTOP(parameter(Par::Top).name);
        no_top_ = !top;
        if (top) top_.offer(*top);
    }

    // Gives TouchDesigner the picture that was drawn since the last cook; without one it keeps
    // showing the one before.
    void show_newest(TD::TOP_Output &output) {
        Viewer<Buffer>::Picture picture;
        if (!viewer_.take(picture)) return;
        TD::TOP_UploadInfo upload;
        upload.textureDesc.width = picture.width;
        upload.textureDesc.height = picture.height;
        upload.textureDesc.texDim = TD::OP_TexDim::e2D;
        upload.textureDesc.pixelFormat = picture.format == REXTRACK_PIXEL_GRAY8
                                             ? TD::OP_PixelFormat::Mono8Fixed
                                             : TD::OP_PixelFormat::BGRA8Fixed;
        upload.firstPixel = TD::TOP_FirstPixel::TopLeft;
        if (picture.format != REXTRACK_PIXEL_GRAY8) sdk::set_srgb(upload, 0);
        output.uploadBuffer(&picture.buffer, upload, nullptr);
    }

    Values values_;
    // The same, without a source where another node's is shown.
    Values own_;
    Node node_;
    Slots slots_;
    const Report *report_ = &node_.report();
    // After the node that they work for.
    Viewer<Buffer> viewer_;
    sdk::TopSource top_{node_};
    bool borrows_ = false;
    bool no_top_ = false;
    float cook_us_ = 0;
};

} // namespace

} // namespace rextrack_td

extern "C" {

REXTRACK_TD_EXPORT void FillTOPPluginInfo(TD::TOP_PluginInfo *info) {
    if (!rextrack_td::sdk::set_api_version(*info, TD::TOPCPlusPlusAPIVersion, 0)) return;
    info->executeMode = TD::TOP_ExecuteMode::CPUMem;
    rextrack_td::sdk::describe(info->customOPInfo, 1);
}

REXTRACK_TD_EXPORT TD::TOP_CPlusPlusBase *CreateTOPInstance(const TD::OP_NodeInfo *info,
                                                            TD::TOP_Context *context) {
    TD::TOP_CPlusPlusBase *instance = nullptr;
    rextrack_td::sdk::guarded([&] { instance = new rextrack_td::RextrackTop(*info, *context); });
    return instance;
}

REXTRACK_TD_EXPORT void DestroyTOPInstance(TD::TOP_CPlusPlusBase *instance, TD::TOP_Context *) {
    delete static_cast<rextrack_td::RextrackTop *>(instance);
}

} // extern "C"
