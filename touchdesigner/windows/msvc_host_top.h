// TouchDesigner's side of a TOP, with MSVC's object layout.

#ifndef REXTRACK_TD_WINDOWS_MSVC_HOST_TOP_H
#define REXTRACK_TD_WINDOWS_MSVC_HOST_TOP_H

#include "msvc_host.h"

namespace host {

class Buffer final : public Counted<TD::TOP_Buffer> {
public:
    explicit Buffer(uint64_t bytes) {
        size = bytes;
        data = new uint8_t[bytes];
    }
    ~Buffer() override { delete[] static_cast<uint8_t *>(data); }
};

class TopContext final : public TD::TOP_Context {
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

// Keeps the size and the first pixel of the picture that a TOP uploads.
class TopOutput final : public TD::TOP_Output {
public:
    uint32_t width = 0, height = 0;
    uint8_t pixel[4] = {};
    int uploads = 0;

    void uploadBuffer(TD::OP_SmartRef<TD::TOP_Buffer> *buffer, const TD::TOP_UploadInfo &info,
                      void *) override {
        width = info.textureDesc.width;
        height = info.textureDesc.height;
        check(info.firstPixel == TD::TOP_FirstPixel::TopLeft, "the top row comes first");
        check((*buffer)->size >= uint64_t{width} * height * 4, "the buffer holds the picture");
        memcpy(pixel, (*buffer)->data, 4);
        buffer->release();
        ++uploads;
    }
    const TD::OP_CUDAArrayInfo *createCUDAArray(const TD::TOP_CUDAOutputInfo &, void *) override {
        return nullptr;
    }

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

} // namespace host

#endif
