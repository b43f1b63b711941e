// A Rextrack TOP.

#ifndef REXTRACK_TD_TESTS_HOST_TOP_NODE_H
#define REXTRACK_TD_TESTS_HOST_TOP_NODE_H

#include "counted.h"
#include "node.h"
#include "plugin.h"
#include "source_top.h"
#include "td_sdk.h"

#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace host {

class TopBuffer final : public Counted<TD::TOP_Buffer> {
public:
    explicit TopBuffer(uint64_t bytes) {
        data = std::malloc(bytes);
        size = bytes;
    }
    ~TopBuffer() override { std::free(data); }

    // TouchDesigner's memory does not count as the plugin's.
    static void *operator new(std::size_t size) { return std::malloc(size); }
    static void operator delete(void *memory) { std::free(memory); }
};

using TopContext = BufferContext<TopBuffer>;

// Keeps the picture that a TOP uploads.
class TopOutput final : public UploadOutput {
public:
    uint32_t width = 0, height = 0;
    TD::OP_PixelFormat format = TD::OP_PixelFormat::Invalid;
    TD::TOP_FirstPixel first = TD::TOP_FirstPixel::BottomLeft;
    std::vector<uint8_t> pixels;
    int uploads = 0;

    // Drops the picture, as TouchDesigner does while a node is bypassed.
    void drop() {
        width = height = 0;
        pixels.clear();
    }

    void uploadBuffer(TD::OP_SmartRef<TD::TOP_Buffer> *buffer, const TD::TOP_UploadInfo &info,
                      void *) override {
        require_execute("a picture is uploaded");
        width = info.textureDesc.width;
        height = info.textureDesc.height;
        format = info.textureDesc.pixelFormat;
        first = info.firstPixel;
        const auto *bytes = static_cast<const uint8_t *>((*buffer)->data);
        pixels.assign(bytes, bytes + (*buffer)->size);
        buffer->release();
        ++uploads;
    }
};

class TopNode final : public Node {
public:
    TopNode(const Plugin &plugin, uint32_t id) {
        node_info_.opPath = "/project1/rextrack2";
        node_info_.opId = id;
        node_info_.pluginPath = plugin.path().c_str();
        node_info_.context = &context_;
        destroy_ = plugin.entry<DESTROYTOPINSTANCE>("DestroyTOPInstance");
        node_ = plugin.entry<CREATETOPINSTANCE>("CreateTOPInstance")(&node_info_, &context_);
        if (!node_) throw std::runtime_error("the plugin created no node");
        node_->setupParameters(&inputs.parameters, nullptr);
    }
    ~TopNode() { destroy_(node_, &context_); }

    TopOutput output;

    void cook() {
        const Clock::time_point begin = Clock::now();
        ++inputs.time.absFrame;
        execute();
        query_info(*node_);
        cook_time = Clock::now() - begin;
    }

    // The node does not cook for some frames, and its picture is dropped.
    void bypass() {
        inputs.time.absFrame += 10;
        output.drop();
    }

private:
    void execute() {
        const Call call(is_called_, Stage::Execute);
        TD::TOP_GeneralInfo general{};
        node_->getGeneralInfo(&general, &inputs, nullptr);
        if (!general.cookEveryFrameIfAsked) throw std::logic_error("the node does not cook every frame");
        const Clock::time_point executed = Clock::now();
        node_->execute(&output, &inputs, nullptr);
        execute_time = Clock::now() - executed;
    }

    TopContext context_;
    TD::OP_NodeInfo node_info_{};
    DESTROYTOPINSTANCE destroy_;
    TD::TOP_CPlusPlusBase *node_;
};

} // namespace host

#endif
