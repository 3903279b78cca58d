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

every_address := {"0.0.0.0", "::", "[::]", "*"}

test_every_address[address] if {
	some address in every_address
	hosts.any_address(address)
}

# filled_in are addresses whose host is not known before something is put into them.
filled_in := {"http://${HOST}/x", "http://{host}/x", "http://<host>/x", "http://%s/x", "http://*.acme.org/x", "http://your-host.com/x", "http://your_host.com/x"}

test_templated[url] if {
	some url in filled_in
	hosts.templated(url)
	not hosts.plaintext_remote(url)
}

test_not_templated if {
	not hosts.templated("http://yours.acme.org/x")
	hosts.plaintext_remote("http://yours.acme.org/x")
}

# inside are names with dots that only a site resolves.
inside := {"printer.local", "a.internal", "mlflow.ml.svc", "nas.lan", "nas.home.arpa", "mlflow.ml.svc.cluster.example"}

test_inside[host] if {
	some host in inside
	hosts.local(host)
}

test_url_without_a_host if not hosts.of("file:///etc/passwd")
