// The Rextrack CHOP: slots p1..pN as channels.

#include "core/channel.h"
#include "sdk/operator.h"
#include "sdk/top_source.h"

namespace rextrack_td {

namespace {

class RextrackChop final : public sdk::Operator<TD::CHOP_CPlusPlusBase, Family::Chop> {
public:
    using Operator::Operator;

    void getGeneralInfo(TD::CHOP_GeneralInfo *info, const TD::OP_Inputs *, void *) override {
        // What it shows changes without any input of TouchDesigner's.
        info->cookEveryFrameIfAsked = true;
        info->timeslice = false;
    }

    bool getOutputInfo(TD::CHOP_OutputInfo *info, const TD::OP_Inputs *inputs, void *) override {
        sdk::guarded([&] {
            changed_ |= sdk::read_parameters(*inputs, Family::Chop, values_);
            if (changed_ && !channels_.fit(values_)) channels_ = Channels(values_);
        });
        info->numChannels = static_cast<int32_t>(channels_.names().size());
        info->numSamples = 1;
        info->startIndex = 0;
        return true;
    }

    void getChannelName(int32_t index, TD::OP_String *name, const TD::OP_Inputs *,
                        void *) override {
        const auto place = static_cast<std::size_t>(index);
        if (place < channels_.names().size()) name->setString(channels_.names()[place].c_str());
    }

    void execute(TD::CHOP_Output *output, const TD::OP_Inputs *inputs, void *) override {
        cook([&] {
            if (changed_) sdk::enable_parameters(*inputs, values_, Family::Chop);
            node_.set(values_, changed_);
            changed_ = false;
            follow_top(*inputs);
            poll(values_.on(Par::Predict));
            if (output->numChannels == static_cast<int32_t>(channels_.names().size()))
                channels_.fill(slots_.slots.data(), slots_.count, slots_.snapshot,
                               report_->stats.fps_proc, output->channels);
        });
    }

private:
    const char *own_warning() const override {
        return no_top_ ? "Source is TOP and there is no such TOP: choose one as TOP" : "";
    }

    void follow_top(const TD::OP_Inputs &inputs) {
        no_top_ = false;
        if (values_.text(Par::Source) != "top" || !values_.on(Par::Active)) return;
        const TD::OP_TOPInput *top = inputs.getParTOP(parameter(Par::Top).name);
        no_top_ = !top;
        if (top) top_.offer(*top);
    }

    // The parameters have changed since the node was last told.
    bool changed_ = false;
    Channels channels_{values_};
    sdk::TopSource top_{node_};
    bool no_top_ = false;
};

} // namespace

} // namespace rextrack_td

extern "C" {

REXTRACK_TD_EXPORT void FillCHOPPluginInfo(TD::CHOP_PluginInfo *info) {
    if (!rextrack_td::sdk::set_api_version(*info, TD::CHOPCPlusPlusAPIVersion, 0)) return;
    rextrack_td::sdk::describe(info->customOPInfo, 0);
}

REXTRACK_TD_EXPORT TD::CHOP_CPlusPlusBase *CreateCHOPInstance(const TD::OP_NodeInfo *info) {
    TD::CHOP_CPlusPlusBase *instance = nullptr;
    rextrack_td::sdk::guarded([&] { instance = new rextrack_td::RextrackChop(*info); });
    return instance;
}

REXTRACK_TD_EXPORT void DestroyCHOPInstance(TD::CHOP_CPlusPlusBase *instance) {
    delete static_cast<rextrack_td::RextrackChop *>(instance);
}

} // extern "C"
