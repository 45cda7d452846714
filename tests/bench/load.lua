-- What wrk sends. Arguments after `--`:
--   read FILE           one line per request: path, tab, access token; drawn at random
--   refer FILE RUN      a new referral each time, with the token that is all of FILE; RUN sets this run's
--                       references and keys apart from those of every other run

local threads = 0

function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

local function content(file)
    local opened = assert(io.open(file))
    local text = opened:read("*a")
    opened:close()
    return text
end

local function reader(file)
    local requests = {}
    for path, token in content(file):gmatch("([^\t\n]+)\t([^\n]+)") do
        requests[#requests + 1] = wrk.format("GET", path, { ["Authorization"] = "Bearer " .. token })
    end
    assert(#requests > 0, "nothing to read")
    return function()
        return requests[math.random(#requests)]
    end
end

local function referrer(file, run)
    local headers = {
        ["Authorization"] = "Bearer " .. content(file):gsub("%s", ""),
        ["Content-Type"] = "application/json",
    }
    local sent = 0
    return function()
        sent = sent + 1
        local unique = string.format("B-%s-%d-%09d", run, number, sent)
        headers["Idempotency-Key"] = unique
        local body = '{"agencyReference":"' .. unique .. '","adult":{"familyName":"Bench"},'
            .. '"concern":{"summary":"Money missing after visits"},"adultAgreesToShare":"yes"}'
        return wrk.format("POST", "/v1/referrals", headers, body)
    end
end

function init(args)
    math.randomseed(os.time() * 100 + number)
    request = args[1] == "read" and reader(args[2]) or referrer(args[2], args[3])
end

function done(summary, latency)
    local errors = summary.errors
    print(string.format("RESULT %d %.3f %.3f %.3f %d", summary.requests, summary.requests * 1e6 / summary.duration,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        errors.connect + errors.read + errors.write + errors.timeout))
end
