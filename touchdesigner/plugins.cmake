# The targets RextrackCHOP and RextrackTOP.

include(find_sdk.cmake)
find_sdk()

if(MINGW)
  include(windows/msvc_abi.cmake)
elseif(APPLE)
  include(macos.cmake)
endif()

# Compiles the half that includes the SDK, without exceptions and RTTI, and adds its objects to the
# plugin.
function(add_sdk_half plugin folder include)
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/sdk/*.cpp"
    "${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp")
  if(MINGW)
    add_msvc_abi_objects(${plugin} "${include}" ${sources})
    return()
  endif()
  set(half ${plugin}_sdk)
  add_library(${half} OBJECT ${sources})
  target_include_directories(${half} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}" "${root}/include")
  target_include_directories(${half} SYSTEM PRIVATE "${include}")
  if(NOT MSVC)
    target_compile_options(${half} PRIVATE -fno-exceptions -fno-rtti)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # A member in the SDK has the name of its type.
    target_compile_options(${half} PRIVATE -fpermissive)
  endif()
  strict(${half})
  target_sources(${plugin} PRIVATE $<TARGET_OBJECTS:${half}>)
endfunction()

foreach(family IN LISTS REXTRACK_NODES)
  set(plugin Rextrack${family})
  string(TOLOWER "${family}" folder)
  add_library(${plugin} MODULE)
  add_sdk_half(${plugin} ${folder} "${TD_${family}_INCLUDE_DIR}")
  target_link_libraries(${plugin} PRIVATE rextrack_td_core)
  set_target_properties(${plugin} PROPERTIES
    LINKER_LANGUAGE CXX
    PREFIX ""
    LIBRARY_OUTPUT_DIRECTORY "${plugins}"
    LIBRARY_OUTPUT_DIRECTORY_DEBUG "${plugins}"
    LIBRARY_OUTPUT_DIRECTORY_RELEASE "${plugins}")
  if(APPLE)
    make_bundle(${plugin})
  endif()
endforeach()
