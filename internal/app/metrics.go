package app

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// metrics are what /metrics shows.
type metrics struct {
	deliveries  *prometheus.CounterVec // by event and result
	secrets     *prometheus.CounterVec // by index: tells when the old secret is no longer used
	accept      prometheus.Histogram
	calls       *prometheus.CounterVec // API calls by method and status
	limited     prometheus.Counter
	evaluations *prometheus.CounterVec // by conclusion
	seconds     prometheus.Histogram
	redelivered prometheus.Counter
}

func newMetrics(r *prometheus.Registry) *metrics {
	f := promauto.With(r)
	return &metrics{
		deliveries:  f.NewCounterVec(prometheus.CounterOpts{Name: "mlpolicy_webhook_deliveries_total", Help: "Webhook deliveries by event and result."}, []string{"event", "result"}),
		secrets:     f.NewCounterVec(prometheus.CounterOpts{Name: "mlpolicy_webhook_secret_matches_total", Help: "Deliveries by the position of the webhook secret that signed them."}, []string{"secret"}),
		accept:      f.NewHistogram(prometheus.HistogramOpts{Name: "mlpolicy_webhook_accept_seconds", Help: "Time from the first byte of a delivery to its answer.", Buckets: prometheus.ExponentialBuckets(0.001, 2, 14)}),
		calls:       f.NewCounterVec(prometheus.CounterOpts{Name: "mlpolicy_github_calls_total", Help: "Calls of GitHub's API by method and status."}, []string{"method", "status"}),
		limited:     f.NewCounter(prometheus.CounterOpts{Name: "mlpolicy_github_rate_limited_total", Help: "Answers that told to come back later."}),
		evaluations: f.NewCounterVec(prometheus.CounterOpts{Name: "mlpolicy_evaluations_total", Help: "Evaluations of heads by conclusion."}, []string{"conclusion"}),
		seconds:     f.NewHistogram(prometheus.HistogramOpts{Name: "mlpolicy_evaluation_seconds", Help: "Time of one evaluation, from lease to completed roll-up.", Buckets: prometheus.ExponentialBuckets(0.05, 2, 14)}),
		redelivered: f.NewCounter(prometheus.CounterOpts{Name: "mlpolicy_redeliveries_total", Help: "Lost deliveries that GitHub was asked to send again."}),
	}
}
