# Builds the plugins for Windows on another system, with MinGW-w64 and clang:
#
#   cmake -S touchdesigner -B build-win -DCMAKE_TOOLCHAIN_FILE=touchdesigner/windows/mingw.cmake \
#     -DTD_SDK_DIR=...
#
# Debian: g++-mingw-w64-x86-64-posix clang

set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR AMD64)
# The variant with POSIX threads, whose C++ library has std::thread.
find_program(REXTRACK_MINGW NAMES x86_64-w64-mingw32-g++-posix x86_64-w64-mingw32-g++)
if(NOT REXTRACK_MINGW)
  message(FATAL_ERROR "MinGW-w64 for 64-bit Windows is missing: install it (Debian: "
    "g++-mingw-w64-x86-64-posix), or set REXTRACK_MINGW to its g++")
endif()
set(CMAKE_CXX_COMPILER "${REXTRACK_MINGW}")
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
