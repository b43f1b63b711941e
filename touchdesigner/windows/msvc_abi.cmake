# Sources that include TouchDesigner's SDK, compiled for MSVC's object layout.
#
# TouchDesigner calls a plugin through MSVC's virtual tables. MinGW's g++ has others, and a plugin whose
# SDK half it compiled crashes TouchDesigner. So clang compiles that half, for MSVC's target, and MinGW
# links it to the core, which is called only through C functions. clang needs no file of Microsoft's:
# windows/include declares what the SDK's headers use of the standard library and of Windows.

find_program(REXTRACK_CLANG NAMES clang++ clang++-19 clang++-18 clang++-17 clang++-16 clang++-15
  clang++-14)
if(NOT REXTRACK_CLANG)
  message(FATAL_ERROR "clang++ is missing. TouchDesigner calls plugins through MSVC's virtual tables, "
    "and a plugin from MinGW's g++ alone would crash it, so clang compiles the half that includes the "
    "SDK. Install clang, or set REXTRACK_CLANG to its clang++.")
endif()
set(msvc_abi_folder "${CMAKE_CURRENT_LIST_DIR}")
set(msvc_abi_options
  --target=x86_64-pc-windows-msvc -std=c++17 -O2 -Wall -Wextra
  -ffreestanding -fno-exceptions -fno-rtti -fno-threadsafe-statics -fms-extensions
  -nostdinc++ -nostdlibinc)

# Compiles sources with MSVC's object layout, with the SDK's folders in `include`, and adds the objects and their
# runtime to the target, which MinGW links.
function(add_msvc_abi_objects target include)
  get_filename_component(project "${msvc_abi_folder}/.." ABSOLUTE)
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/msvc_abi/${target}")
  file(MAKE_DIRECTORY "${folder}")
  list(TRANSFORM include PREPEND -isystem)
  foreach(source IN LISTS ARGN ITEMS "${msvc_abi_folder}/runtime.cpp")
    get_filename_component(name "${source}" NAME_WE)
    set(object "${folder}/${name}.obj")
    # objcopy removes directives for MSVC's linker, which MinGW's does not know.
    add_custom_command(OUTPUT "${object}"
      COMMAND "${REXTRACK_CLANG}" ${msvc_abi_options}
        -isystem "${msvc_abi_folder}/include" ${include}
        -I "${project}" -I "${project}/../include"
        -MD -MF "${object}.d" -MT "${object}" -c "${source}" -o "${object}"
      COMMAND "${CMAKE_OBJCOPY}" -R .drectve "${object}"
      DEPENDS "${source}" DEPFILE "${object}.d" VERBATIM
      COMMENT "Building ${target}: ${name}.cpp with MSVC's object layout")
    set_source_files_properties("${object}" PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)
    target_sources(${target} PRIVATE "${object}")
  endforeach()
  # A plugin needs no DLL of MinGW.
  target_link_options(${target} PRIVATE -static -s)
  # The functions that TouchDesigner looks for.
  if(target MATCHES "^Rextrack(CHOP|TOP)$")
    set(family ${CMAKE_MATCH_1})
    set(exports "${folder}/exports.def")
    file(WRITE "${exports}" "EXPORTS\n  Fill${family}PluginInfo\n  Create${family}Instance\n"
      "  Destroy${family}Instance\n")
    target_sources(${target} PRIVATE "${exports}")
  endif()
endfunction()
