-- Sends the requests of a file in turn: wrk … -- FILE FIRST. Each stands behind a line with its length in bytes. What
-- must be new each time has a mark in it, in whose place a number of the same length is written, from FIRST on.

local MARK = "@@NUMBER@@@@"
local requests, marked, at, number = {}, {}, 0, 0

function init(args)
    number = tonumber(args[2])
    local file = assert(io.open(args[1], "rb"))
    while true do
        local length = file:read("*n")
        if not length then break end
        file:read(1)
        local text = file:read(length)
        requests[#requests + 1] = text
        marked[#requests] = text:find(MARK, 1, true) ~= nil
    end
    file:close()
end

function request()
    at = at % #requests + 1
    if not marked[at] then return requests[at] end
    number = number + 1
    return (requests[at]:gsub(MARK, string.format("%012d", number)))
end

-- Times in microseconds.
function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.timeout + errors.status
    io.write(string.format("measured %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
        latency:percentile(99), failed))
end
