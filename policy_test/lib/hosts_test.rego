package hosts_test

import future.keywords.not

import data.mlpolicy.lib.hosts

urls := {
	"http://User:pw@Data.Acme.org:8080/x?y": "data.acme.org",
	"https://[fe80::1]:80/": "fe80::1",
	"s3://bucket/key": "bucket",
	"postgresql://u:p@db/mlflow": "db",
}

test_host[url] if {
	some url, host in urls
	hosts.of(url) == host
}

test_no_host if not hosts.of("data/train.csv")

site := {"localhost", "127.0.0.1", "::1", "10.0.0.1", "172.16.9.1", "192.168.1.1", "mlflow", "a.b.svc.cluster.local", "fe80::1"}

test_local[host] if {
	some host in site
	hosts.local(host)
}

outside := {"acme.example", "172.32.0.1", "11.0.0.1", "8.8.8.8", "mlflow.acme.org", "2001:db8::1"}

test_not_local[host] if {
	some host in outside
	not hosts.local(host)
}

test_any_address if hosts.any_address("0.0.0.0")

test_one_address if not hosts.any_address("10.0.0.1")
