-- One job again and again. Arguments: method, body. Headers come from the command line.
function init(args)
  wrk.method = args[1]
  if args[2] and args[2] ~= "" then wrk.body = args[2] end
end

function done(summary, latency, requests)
  local e = summary.errors
  local failed = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format(
    '\nRESULT {"requests": %d, "seconds": %.6f, "failed": %d, "p50": %.3f, "p99": %.3f}\n',
    summary.requests, summary.duration / 1e6, failed,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
