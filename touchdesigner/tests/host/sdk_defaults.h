// Classes of the SDK of 2023 with all the functions that the test hosts do not need, so that the hosts
// contain what they do alone. Uses no standard library: the host with MSVC's object layout
// (windows/msvc_host.h) has none.

#ifndef REXTRACK_TD_TESTS_HOST_SDK_DEFAULTS_H
#define REXTRACK_TD_TESTS_HOST_SDK_DEFAULTS_H

#include "sdk/td_sdk.h"

namespace host {

// Receives parameters; all kinds alike.
class ParameterManager : public TD::OP_ParameterManager {
public:
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
    Result appendPulse(const Numeric &p) override { return add(p); }
    Result appendString(const Text &p) override { return add(p); }
    Result appendFile(const Text &p) override { return add(p); }
    Result appendFolder(const Text &p) override { return add(p); }
    Result appendDAT(const Text &p) override { return add(p); }
    Result appendCHOP(const Text &p) override { return add(p); }
    Result appendTOP(const Text &p) override { return add(p); }
    Result appendObject(const Text &p) override { return add(p); }
    Result appendMenu(const Text &p, int32_t, const char **, const char **) override {
        return add(p);
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
    // Only some headers of this generation declare it.
    virtual Result appendXYZW(const Numeric &p) { return add(p); }

protected:
    virtual Result add(const Numeric &parameter) = 0;
    virtual Result add(const Text &parameter) = 0;
};

// Inputs without nodes, and with parameters.
class ParameterInputs : public TD::OP_Inputs {
public:
    int32_t getNumInputs() const override { return 0; }
    const TD::OP_CHOPInput *getInputCHOP(int32_t) const override { return nullptr; }
    const TD::OP_DATInput *getParDAT(const char *) const override { return nullptr; }
    const TD::OP_CHOPInput *getParCHOP(const char *) const override { return nullptr; }
    const TD::OP_ObjectInput *getParObject(const char *) const override { return nullptr; }
    double getParDouble(const char *name, int32_t index) const override {
        return number(name, index);
    }
    bool getParDouble2(const char *name, double &a, double &b) const override {
        a = number(name, 0);
        b = number(name, 1);
        return true;
    }
    bool getParDouble3(const char *name, double &a, double &b, double &c) const override {
        c = number(name, 2);
        return getParDouble2(name, a, b);
    }
    bool getParDouble4(const char *name, double &a, double &b, double &c,
                       double &d) const override {
        d = number(name, 3);
        return getParDouble3(name, a, b, c);
    }
    int32_t getParInt(const char *name, int32_t index) const override {
        return static_cast<int32_t>(number(name, index));
    }
    bool getParInt2(const char *, int32_t &, int32_t &) const override { return false; }
    bool getParInt3(const char *, int32_t &, int32_t &, int32_t &) const override { return false; }
    bool getParInt4(const char *, int32_t &, int32_t &, int32_t &, int32_t &) const override {
        return false;
    }
    const char *getParString(const char *name) const override { return text(name); }
    const char *getParFilePath(const char *name) const override { return text(name); }
    bool getRelativeTransform(const char *, const char *, double[4][4]) const override {
        return false;
    }
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
    const TD::OP_TOPInput *getInputTOP(int32_t) const override { return nullptr; }
    const TD::OP_TOPInput *getParTOP(const char *) const override { return nullptr; }

protected:
    virtual double number(const char *name, int32_t index) const = 0;
    virtual const char *text(const char *name) const = 0;

private:
    const TD::OP_TOPInputOpenGL *getInputTOPOpenGL(int32_t) const override { return nullptr; }
    const TD::OP_TOPInputOpenGL *getParTOPOpenGL(const char *) const override { return nullptr; }
    const TD::OP_TOPInputOpenGL *getTOPOpenGL(const char *) const override { return nullptr; }
    void *getTOPDataInCPUMemory(const TD::OP_TOPInputOpenGL *,
                                const TD::OP_TOPInputDownloadOptionsOpenGL *) const override {
        return nullptr;
    }
};

// A TOP in the network.
class TopInput : public TD::OP_TOPInput {
public:
    const TD::OP_CUDAArrayInfo *getCUDAArray(const TD::OP_CUDAAcquireInfo &, void *) const override {
        return nullptr;
    }

protected:
    void *reserved0() override { return nullptr; }
    void *reserved1() override { return nullptr; }
    void *reserved2() override { return nullptr; }
    void *reserved3() override { return nullptr; }
    void *reserved4() override { return nullptr; }
};

// A context without Python and CUDA. `Base` is OP_Context or a class that extends it.
template <class Base> class PlainContext : public Base {
public:
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
};

#if __has_include("TOP_CPlusPlusBase.h")

// A class of the SDK for TOPs with ten reserved functions.
template <class Base> class WithoutReserved : public Base {
protected:
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

// The context of a TOP, whose buffers are `Buffer`.
template <class Buffer>
class BufferContext final : public PlainContext<WithoutReserved<TD::TOP_Context>> {
public:
    TD::OP_SmartRef<TD::TOP_Buffer> createOutputBuffer(uint64_t size, TD::TOP_BufferFlags,
                                                       void *) override {
        return TD::OP_SmartRef<TD::TOP_Buffer>(new Buffer(size));
    }
    void returnBuffer(TD::OP_SmartRef<TD::TOP_Buffer> *buffer) override { buffer->release(); }
};

// Receives what a TOP uploads.
class UploadOutput : public WithoutReserved<TD::TOP_Output> {
public:
    const TD::OP_CUDAArrayInfo *createCUDAArray(const TD::TOP_CUDAOutputInfo &, void *) override {
        return nullptr;
    }
};

#endif

} // namespace host

#endif
