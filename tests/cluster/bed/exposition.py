"""What a queue-proxy counts and how it says so: the outer histogram of Knative 1.21 and later, with
the labels that a push by OTLP and promoted resource attributes give."""

NAME = "http_server_request_duration_seconds"
BOUNDS = (.005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10)


class Histogram:
    """Counts of one series: per bucket (not cumulative), the last above all bounds."""

    def __init__(self):
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.sum = 0.0

    def observe(self, seconds):
        place = next((i for i, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))
        self.buckets[place] += 1
        self.sum += seconds


def escaped(value):
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def text_of(histograms, labels):
    """`histograms` by response code. As in a real exporter a series begins with a request."""
    lines = [f"# TYPE {NAME} histogram"]
    for code, histogram in sorted(histograms.items()):
        every = {"http_request_method": "GET", "http_response_status_code": str(code),
                 "url_scheme": "http", **labels}
        inner = ",".join(f'{key}="{escaped(value)}"' for key, value in every.items())
        total = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), histogram.buckets):
            total += count
            lines.append(f'{NAME}_bucket{{{inner},le="{bound}"}} {total}')
        lines.append(f"{NAME}_sum{{{inner}}} {histogram.sum:.6f}")
        lines.append(f"{NAME}_count{{{inner}}} {total}")
    return "\n".join(lines) + "\n"
