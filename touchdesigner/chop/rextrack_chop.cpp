// The Rextrack CHOP: slots p1..pN as channels.

#include "core/channel.h"
#include "sdk/operator.h"
#include "sdk/top_source.h"

#include <chrono>

namespace rextrack_td {

namespace {

using Clock = std::chrono::steady_clock;

class RextrackChop final : public TD::CHOP_CPlusPlusBase {
public:
    explicit RextrackChop(const TD::OP_NodeInfo &info)
        : node_(camera_id(info.opId), sdk::plugin_folder(info)), channels_(values_) {}

    ~RextrackChop() override = default;

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
        const Clock::time_point begin = Clock::now();
        sdk::guarded([&] {
            if (changed_) sdk::enable_parameters(*inputs, values_, Family::Chop);
            node_.set(values_, changed_);
            changed_ = false;
            follow_top(*inputs);
            node_.poll(values_.on(Par::Predict), slots_);
            report_ = &node_.report();
            if (output->numChannels == static_cast<int32_t>(channels_.names().size()))
                channels_.fill(slots_.slots.data(), slots_.count, slots_.snapshot,
                               report_->stats.fps_proc, output->channels);
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
            const char *own =
                no_top_ ? "Source is TOP and there is no such TOP: choose one as TOP" : "";
            sdk::warn(*warning, own, *report_);
        });
    }

    void getInfoPopupString(TD::OP_String *info, void *) override {
        sdk::guarded([&] { info->setString(sdk::popup(*report_, slots_.snapshot).c_str()); });
    }

    void setupParameters(TD::OP_ParameterManager *manager, void *) override {
        sdk::guarded([&] { sdk::append_parameters(*manager, Family::Chop); });
    }

    void pulsePressed(const char *name, void *) override { sdk::pulse(node_, name); }

    void buildDynamicMenu(const TD::OP_Inputs *, TD::OP_BuildDynamicMenuInfo *menu,
                          void *) override {
        sdk::guarded([&] { sdk::build_menu(*menu, *report_); });
    }

private:
    void follow_top(const TD::OP_Inputs &inputs) {
        no_top_ = false;
        if (values_.text(Par::Source) != "top" || !values_.on(Par::Active)) return;
        const TD::OP_TOPInput *top = inputs.getParTOP(parameter(Par::Top).name);
        no_top_ = !top;
        if (top) top_.offer(*top);
    }

    Values values_;
    // The parameters have changed since the node was last told.
    bool changed_ = false;
    Node node_;
    Channels channels_;
    Slots slots_;
    const Report *report_ = &node_.report();
    // After the node that it hands pictures to.
    sdk::TopSource top_{node_};
    bool no_top_ = false;
    float cook_us_ = 0;
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
