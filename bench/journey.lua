-- The journey, by as many users as there are threads: each thread is one connection, one user
-- and one cookie jar. Every answer is checked; a wrong one is counted and its journey begun anew.
-- Argument: the password.
local threads = {}
local count = 0

function setup(thread)
  count = count + 1
  thread:set("user", "user" .. count)
  table.insert(threads, thread)
end

local jar, step, steps = {}, 1, {}
wrong, first_wrong = 0, ""

local function post(path, body)
  return { method = "POST", path = path, body = body }
end

local function get(path)
  return { method = "GET", path = path }
end

local function has(body, text)
  return body:find(text, 1, true) ~= nil
end

-- Kolba answers a form with 303, which is what Flask's 302 means. Of several cookies in one
-- answer wrk tells one: Flask-Session sends its own along with that of the preferences.
local AFTER_POST = { [302] = true, [303] = true }

local function expect(request, status, check)
  request.status, request.check = status, check
  table.insert(steps, request)
end

function init(args)
  local password = args[1]
  local hello, welcome = "Hello, " .. user .. "!", "Welcome " .. user
  expect(get("/login"), { [200] = true }, function(h, b) return has(b, "<form") end)
  expect(post("/login", "user=" .. user .. "&password=" .. password), AFTER_POST,
    function(h, b) return h.location == "/page" and jar.session end)
  expect(get("/page"), { [200] = true }, function(h, b) return has(b, hello) and has(b, welcome) end)
  expect(get("/page"), { [200] = true }, function(h, b) return has(b, hello) and not has(b, "Welcome") end)
  expect(post("/prefs", "theme=dark"), AFTER_POST, function(h, b) return h["set-cookie"] end)
  expect(get("/page"), { [200] = true }, function(h, b) return has(b, hello) end)
  expect(post("/logout", ""), AFTER_POST, function(h, b) return h.location == "/" end)
  expect(get("/page"), { [302] = true }, function(h, b) return h.location == "/login" end)
end

local function cookie_header()
  local pairs_ = {}
  for name, value in pairs(jar) do table.insert(pairs_, name .. "=" .. value) end
  if #pairs_ > 0 then return table.concat(pairs_, "; ") end
end

function request()
  local s = steps[step]
  local headers = { ["Cookie"] = cookie_header() }
  if s.method == "POST" then headers["Content-Type"] = "application/x-www-form-urlencoded" end
  return wrk.format(s.method, s.path, headers, s.body)
end

local function keep(set_cookie)
  local name, value = set_cookie:match("^([^=]+)=([^;]*)")
  local gone = value == "" or value == '""' or set_cookie:find("Max%-Age=0")
  jar[name] = not gone and value or nil
end

function response(status, headers, body)
  local h = {}
  for name, value in pairs(headers) do h[name:lower()] = value end
  if h["set-cookie"] then keep(h["set-cookie"]) end
  local s = steps[step]
  if s.status[status] and s.check(h, body) then
    step = step % #steps + 1
  else
    wrong = wrong + 1
    if first_wrong == "" then
      first_wrong = user .. " " .. s.method .. " " .. s.path .. " answered " .. status
    end
    jar, step = {}, 1
  end
  if step == 1 then jar = {} end
end

function done(summary, latency, requests)
  local e, wrongs, first = summary.errors, 0, ""
  for _, thread in ipairs(threads) do
    wrongs = wrongs + thread:get("wrong")
    if first == "" then first = thread:get("first_wrong") end
  end
  local failed = e.connect + e.read + e.write + e.timeout + wrongs
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %.6f, "failed": %d, "first": "%s", "p50": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration / 1e6, failed, first,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
