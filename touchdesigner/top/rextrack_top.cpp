// The Rextrack TOP: the picture that is tracked in, with or without boxes, or a mask of them.

#include "core/viewer.h"
#include "sdk/operator.h"
#include "sdk/top_source.h"

namespace rextrack_td {

namespace {

using Buffer = TD::OP_SmartRef<TD::TOP_Buffer>;

class RextrackTop final : public sdk::Operator<TD::TOP_CPlusPlusBase, Family::Top> {
public:
    RextrackTop(const TD::OP_NodeInfo &info, TD::TOP_Context &context)
        : Operator(info),
          viewer_(node_, sdk::plugin_folder(info), [&context](uint64_t size) {
              return context.createOutputBuffer(size, TD::TOP_BufferFlags::None, nullptr);
          }) {}

    void getGeneralInfo(TD::TOP_GeneralInfo *info, const TD::OP_Inputs *, void *) override {
        // What it shows changes without any input of TouchDesigner's.
        info->cookEveryFrameIfAsked = true;
    }

    void execute(TD::TOP_Output *output, const TD::OP_Inputs *inputs, void *) override {
        cook([&] {
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
            poll(false);
            viewer_.look({chop ? camera_id(chop->opId) : std::string(), show()});
            show_newest(*output);
        });
    }

private:
    const char *own_warning() const override {
        if (borrows_ && !viewer_.has_pipeline())
            return "Rextrack CHOP: that node tracks nothing: choose a Rextrack CHOP, switch its "
                   "Active on and see what it says itself";
        if (no_top_)
            return "Source is TOP and there is no such TOP: wire one, or choose one as TOP";
        return "";
    }

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

    // The values, without a source where another node's is shown.
    Values own_;
    Viewer<Buffer> viewer_;
    sdk::TopSource top_{node_};
    bool borrows_ = false;
    bool no_top_ = false;
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
