// A Rextrack CHOP.

#ifndef REXTRACK_TD_TESTS_HOST_CHOP_NODE_H
#define REXTRACK_TD_TESTS_HOST_CHOP_NODE_H

#include "node.h"
#include "plugin.h"
#include "source_top.h"
#include "td_sdk.h"

#include <stdexcept>
#include <string>
#include <vector>

namespace host {

class ChopNode : public Node {
public:
    ChopNode(const Plugin &plugin, uint32_t id, TD::OP_Context *context = nullptr) : id_(id) {
        node_info_.opPath = "/project1/rextrack1";
        node_info_.opId = id;
        node_info_.pluginPath = plugin.path().c_str();
        node_info_.context = context;
        destroy_ = plugin.entry<DESTROYCHOPINSTANCE>("DestroyCHOPInstance");
        node_ = plugin.entry<CREATECHOPINSTANCE>("CreateCHOPInstance")(&node_info_);
        if (!node_) throw std::runtime_error("the plugin created no node");
        node_->setupParameters(&inputs.parameters, nullptr);
    }
    ~ChopNode() { destroy_(node_); }

    std::vector<std::string> names;
    // The values of the first channel's samples, then those of the second, ...
    std::vector<float> values;
    std::size_t samples = 1;

    void cook() {
        const Clock::time_point begin = Clock::now();
        ++inputs.time.absFrame;
        const TD::CHOP_OutputInfo output = read_output_info();
        const auto count = static_cast<std::size_t>(output.numChannels);
        samples = static_cast<std::size_t>(output.numSamples);
        values.assign(count * samples, 0.0f);
        channels_.resize(count);
        name_pointers_.resize(count);
        for (std::size_t i = 0; i < count; ++i) {
            channels_[i] = &values[i * samples];
            name_pointers_[i] = names[i].c_str();
        }
        TD::CHOP_Output out(output.numChannels, output.numSamples, 60.0f, 0, channels_.data(),
                            name_pointers_.data());
        execute(out);
        query_info(*node_);
        cook_time = Clock::now() - begin;
    }

    float value(const std::string &name, std::size_t sample = 0) const {
        for (std::size_t i = 0; i < names.size(); ++i)
            if (names[i] == name) return values.at(i * samples + sample);
        throw std::logic_error("no channel " + name);
    }

    void pulse(const char *name) {
        const Call call(is_called_, Stage::Other);
        node_->pulsePressed(name, nullptr);
    }

    std::vector<std::string> menu(const char *name) {
        struct Menu final : TD::OP_BuildDynamicMenuInfo {
            std::vector<std::string> entries;
            bool addMenuEntry(const char *entry, const char *) override {
                entries.push_back(entry);
                return true;
            }
        } menu;
        const Call call(is_called_, Stage::Other);
        menu.instance = node_;
        menu.name = name;
        node_->buildDynamicMenu(&inputs, &menu, nullptr);
        return menu.entries;
    }

    // This node as the value of another node's parameter.
    const TD::OP_CHOPInput *as_input() {
        custom_.opType = "Rextrack";
        custom_.instance = node_;
        input_.customOP = &custom_;
        input_.opPath = node_info_.opPath;
        input_.opId = id_;
        return &input_;
    }

private:
    TD::CHOP_OutputInfo read_output_info() {
        const Call call(is_called_, Stage::OutputInfo);
        TD::CHOP_GeneralInfo general{};
        node_->getGeneralInfo(&general, &inputs, nullptr);
        if (!general.cookEveryFrameIfAsked || general.timeslice)
            throw std::logic_error("the node does not cook every frame");
        TD::CHOP_OutputInfo output{};
        if (!node_->getOutputInfo(&output, &inputs, nullptr) || output.numSamples < 1 ||
            output.numChannels < 1)
            throw std::logic_error("the output has no channel or no sample");
        names.resize(static_cast<std::size_t>(output.numChannels));
        for (std::size_t i = 0; i < names.size(); ++i) {
            name_.value.clear();
            node_->getChannelName(static_cast<int32_t>(i), &name_, &inputs, nullptr);
            names[i] = name_.value;
        }
        return output;
    }

    void execute(TD::CHOP_Output &out) {
        const Call call(is_called_, Stage::Execute);
        const std::size_t allocated = allocation_count();
        const long preempted = preemptions_so_far();
        const Clock::time_point executed = Clock::now();
        node_->execute(&out, &inputs, nullptr);
        execute_time = Clock::now() - executed;
        preemptions = preemptions_so_far() - preempted;
        execute_allocations = allocation_count() - allocated;
    }

    uint32_t id_;
    TD::OP_NodeInfo node_info_{};
    DESTROYCHOPINSTANCE destroy_;
    TD::CHOP_CPlusPlusBase *node_;
    String name_;
    std::vector<float *> channels_;
    std::vector<const char *> name_pointers_;
    TD::OP_CHOPInput input_{};
    TD::OP_CustomOPInstance<TD::CHOP_CPlusPlusBase> custom_;
};

} // namespace host

#endif
