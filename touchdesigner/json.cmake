# nlohmann_json, which has headers only.

find_package(nlohmann_json 3.7 QUIET)
if(nlohmann_json_FOUND)
  return()
endif()

if(CMAKE_CROSSCOMPILING)
  # The headers of this machine serve every system. They are copied, because the folder in which they
  # are has this machine's own headers too.
  find_path(NLOHMANN_JSON_INCLUDE_DIR nlohmann/json.hpp PATHS /usr/include /usr/local/include
    NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
  if(NLOHMANN_JSON_INCLUDE_DIR)
    file(COPY "${NLOHMANN_JSON_INCLUDE_DIR}/nlohmann" DESTINATION "${CMAKE_BINARY_DIR}/json")
    add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
    target_include_directories(nlohmann_json::nlohmann_json SYSTEM INTERFACE
      "${CMAKE_BINARY_DIR}/json")
    return()
  endif()
endif()

message(STATUS "nlohmann_json is not installed: downloading it")
include(FetchContent)
FetchContent_Declare(nlohmann_json
  URL https://github.com/nlohmann/json/releases/download/v3.11.3/json.tar.xz
  URL_HASH SHA256=d6c65aca6b1ed68e7a182f4757257b107ae403032760ed6ef121c9d55e81757d)
FetchContent_MakeAvailable(nlohmann_json)
