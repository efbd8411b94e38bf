-- SPDX-License-Identifier: MIT
--
-- One request again and again: wrk ... -s request.lua URL -- METHOD PATH KEY [BODY [FILE]]
-- With a FILE its lines take turns in the place of @ in the body.
-- At the end one line for bench.sh: requests, microseconds, p50, p99 (microseconds), answers that were no success.

local alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

local function base64(text)
	local out = {}
	for i = 1, #text, 3 do
		local a, b, c = text:byte(i, i + 2)
		local n = a * 65536 + (b or 0) * 256 + (c or 0)
		for place = 0, 3 do
			local digit = math.floor(n / 64 ^ (3 - place)) % 64
			local present = place < 2 or (place == 2 and b) or (place == 3 and c)
			out[#out + 1] = present and alphabet:sub(digit + 1, digit + 1) or "="
		end
	end
	return table.concat(out)
end

function init(args)
	wrk.method = args[1]
	wrk.path = args[2]
	wrk.headers["Authorization"] = "Basic " .. base64(args[3] .. ":")
	if args[4] then
		wrk.body = args[4]
		wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
	end
	requests, turn = {}, 0
	if args[5] then
		for line in io.lines(args[5]) do
			local body = args[4]:gsub("@", line)
			requests[#requests + 1] = wrk.format(nil, nil, nil, body)
		end
	else
		requests[1] = wrk.format()
	end
end

function request()
	turn = turn % #requests + 1
	return requests[turn]
end

function done(summary, latency, _)
	local e = summary.errors
	io.write(string.format("result %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
		latency:percentile(99), e.status + e.connect + e.read + e.write + e.timeout))
end
