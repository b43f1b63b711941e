// The part of a node that CHOP and TOP have in common.

#ifndef REXTRACK_TD_TESTS_HOST_NODE_H
#define REXTRACK_TD_TESTS_HOST_NODE_H

#include "allocations.h"
#include "call.h"
#include "inputs.h"
#include "td_sdk.h"

#include <atomic>
#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <sys/resource.h>

namespace host {

// How often the system has preempted the calling thread.
inline long preemptions_so_far() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

class Node {
public:
    Inputs inputs;
    // Times, preemptions and allocations of the last cook.
    std::chrono::nanoseconds execute_time{};
    long preemptions = 0;
    std::size_t execute_allocations = 0;
    std::chrono::nanoseconds cook_time{};
    std::string error, warning, popup;
    std::map<std::string, float> info_channels;
    std::vector<std::vector<std::string>> info_table;

    void set(const char *name, double value) { inputs.par(name).numbers[0] = value; }
    void set(const char *name, const std::string &text) {
        Parameter &par = inputs.par(name);
        par.text = text;
        for (std::size_t i = 0; i < par.menu.size(); ++i)
            if (par.menu[i] == text) par.numbers[0] = static_cast<double>(i);
    }

    // The value of a row in the Info DAT.
    std::string info_field(const std::string &name) const {
        for (const auto &row : info_table)
            if (row.size() > 1 && row[0] == name) return row[1];
        return {};
    }

protected:
    // Calls the info callbacks, as TouchDesigner does after every cook.
    template <class Base> void query_info(Base &node) {
        const Call call(is_called_, Stage::Other);
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
        String text;
        node.getInfoPopupString(&text, nullptr);
        popup = text.value;
        text.value.clear();
        node.getWarningString(&text, nullptr);
        warning = text.value;
        text.value.clear();
        node.getErrorString(&text, nullptr);
        error = text.value;
    }

    std::atomic<bool> is_called_{false};
};

} // namespace host

#endif
