package evidence

import (
	"regexp"
	"slices"
	"strings"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// purposeWords tell what a store is for by the words of its name and its tags; a word
// that any system uses (data, assets) says nothing about models.
var purposeWords = []struct {
	purpose string
	words   *regexp.Regexp
}{
	{"artifacts", regexp.MustCompile(`(?i)artifact|mlflow|mlruns|experiment|wandb|checkpoint`)},
	{"logs", regexp.MustCompile(`(?i)(^|[-_])(logs?|logging|audit|access)([-_]|$)`)},
	{"data", regexp.MustCompile(`(?i)train(ing)?|data-?_?sets?|features?([-_]|$)|corpus|label(s|ed|ling)|ml[-_]?data|ground[-_]?truth|fine-?tun|rag([-_]|$)|embeddings?`)},
	{"registry", regexp.MustCompile(`(?i)model|registry|weights|sagemaker|inference`)},
}

func purposeOf(texts ...string) string {
	for _, p := range purposeWords {
		for _, t := range texts {
			if p.words.MatchString(t) {
				return p.purpose
			}
		}
	}
	return ""
}

// storeKinds are the resources that keep data, images and logs.
var storeKinds = map[string]string{
	"aws_s3_bucket": "bucket", "google_storage_bucket": "bucket", "azurerm_storage_account": "bucket", "azurerm_storage_container": "bucket",
	"aws_ecr_repository": "image_registry", "google_artifact_registry_repository": "image_registry", "azurerm_container_registry": "image_registry",
	"aws_db_instance": "database", "aws_rds_cluster_instance": "database", "aws_redshift_cluster": "database", "google_sql_database_instance": "database",
	"azurerm_postgresql_server": "database", "azurerm_postgresql_flexible_server": "database", "azurerm_mysql_flexible_server": "database", "azurerm_mssql_server": "database",
	"aws_cloudwatch_log_group": "logs",
}

func (c *cloud) store(r resource) {
	kind, ok := storeKinds[r.kind]
	if !ok {
		return
	}
	name := r.name
	for _, key := range []string{"bucket", "name", "repository_id", "identifier", "bucket_name", "repository_name"} {
		if t := c.get(r, key).text; t != "" {
			name = t
			break
		}
	}
	s := sbom.Store{
		Kind: kind, Name: name, Purpose: purposeOf(name, r.name), Public: sbom.Unstated, Auth: sbom.Unstated, TLS: sbom.Unstated, Versioning: sbom.Unstated,
		Lock: sbom.Unstated, Encryption: sbom.Unstated, ScanOnPush: sbom.Unstated, At: r.at,
	}
	if purpose := purposeOf(c.tags(r)["Purpose"], c.tags(r)["purpose"]); purpose != "" {
		s.Purpose = purpose
	}
	c.storeFacts(r, &s)
	c.inv.Stores = append(c.inv.Stores, s)
}

func (c *cloud) storeFacts(r resource, s *sbom.Store) {
	switch r.kind {
	case "aws_s3_bucket":
		s.Versioning = firstStated(c.get(r, "versioning", "enabled").tri(), enabled(c.get(r, "versioning_configuration", "status")))
		s.Public = aclPublic(writtenText(c.get(r, "acl"), c.get(r, "access_control")))
		if r.config.get("server_side_encryption_configuration").given() || r.config.get("bucket_encryption").given() {
			s.Encryption = sbom.Yes
		}
		s.Lock = firstStated(c.get(r, "object_lock_enabled").tri(), sbom.Unstated)
		if r.config.get("public_access_block_configuration").given() && s.Public == sbom.Unstated {
			s.Public = sbom.No
		}
	case "google_storage_bucket":
		s.Versioning = c.get(r, "versioning", "enabled").tri()
		if strings.EqualFold(c.get(r, "public_access_prevention").text, "enforced") {
			s.Public = sbom.No
		}
		if r.config.get("retention_policy").given() {
			s.Lock = sbom.Yes
		}
		if r.config.get("encryption").given() {
			s.Encryption = sbom.Yes
		}
	case "azurerm_storage_account":
		s.Public = firstStated(c.get(r, "allow_nested_items_to_be_public").tri(), c.get(r, "allow_blob_public_access").tri())
		s.Versioning = c.get(r, "blob_properties", "versioning_enabled").tri()
		if s.Public == sbom.Yes { // permits containers that are public, is not one
			s.Public = sbom.Unstated
		}
	case "azurerm_storage_container":
		if t := strings.ToLower(c.get(r, "container_access_type").text); t != "" {
			s.Public = sbom.TriOf(t != "private")
		}
	case "aws_ecr_repository":
		s.Lock = sbom.No // the default is MUTABLE
		if v := c.get(r, "image_tag_mutability"); v.given() {
			s.Lock = sbom.Unresolved
			if v.known {
				s.Lock = sbom.TriOf(strings.HasPrefix(v.text, "IMMUTABLE"))
			}
		}
		s.ScanOnPush = firstStated(c.get(r, "image_scanning_configuration", "scan_on_push").tri(), sbom.No)
	case "google_artifact_registry_repository":
		s.Lock = firstStated(c.get(r, "docker_config", "immutable_tags").tri(), sbom.No)
		if f := c.get(r, "format").text; f != "" && !strings.EqualFold(f, "DOCKER") {
			s.Lock = sbom.Unresolved // packages have versions that cannot be replaced
		}
	case "azurerm_container_registry":
		if c.get(r, "anonymous_pull_enabled").tri() == sbom.Yes {
			s.Readers = append(s.Readers, "*")
		}
		s.Public = c.get(r, "public_network_access_enabled").tri()
		for _, key := range []string{"admin_enabled", "admin_user_enabled"} { // Terraform's name, and that of ARM
			if c.get(r, key).tri() == sbom.Yes {
				s.Writers = append(s.Writers, adminAccount)
			}
		}
	case "google_sql_database_instance":
		s.Public = c.sqlPublic(r)
	case "aws_db_instance", "aws_rds_cluster_instance", "aws_redshift_cluster":
		s.Public, s.Encryption = c.get(r, "publicly_accessible").tri(), c.get(r, "storage_encrypted").tri()
	case "aws_cloudwatch_log_group":
		s.Retention = c.get(r, "retention_in_days").text
		if r.config.get("kms_key_id").given() {
			s.Encryption = sbom.Yes
		}
	}
}

// adminAccount is the writer that everybody is who knows the one password of a container
// registry of Azure ("Admin account": full push and pull, for a single user).
const adminAccount = "admin account"

// sqlPublic tells whether an instance of Cloud SQL admits every address: the list of
// networks is in ip_configuration, and without an address of its own it means nothing.
func (c *cloud) sqlPublic(r resource) sbom.Tri {
	ip := r.config.get("settings", "ip_configuration")
	if c.resolve(r.folder, ip.get("ipv4_enabled")).tri() == sbom.No {
		return sbom.No
	}
	for _, n := range ip.get("authorized_networks").each() {
		if c.anyone(r, n.get("value")) {
			return sbom.Yes
		}
	}
	return sbom.Unstated
}

// admitsAll tells whether a firewall rule of a database server of Azure spans every
// address. The rule from 0.0.0.0 to 0.0.0.0 stands for the services of Azure alone.
func (c *cloud) admitsAll(r resource) bool {
	return c.get(r, "start_ip_address").text == "0.0.0.0" && c.get(r, "end_ip_address").text == "255.255.255.255"
}

func writtenText(values ...value) string {
	for _, v := range values {
		if v.text != "" {
			return v.text
		}
	}
	return ""
}

func firstStated(a, b sbom.Tri) sbom.Tri {
	if a == sbom.Unstated {
		return b
	}
	return a
}

func enabled(v value) sbom.Tri {
	switch {
	case !v.given():
		return sbom.Unstated
	case v.known:
		return sbom.TriOf(strings.EqualFold(v.text, "Enabled"))
	}
	return sbom.Unresolved
}

// aclPublic reads a canned ACL (Amazon S3, "Canned ACL"; CloudFormation writes PublicRead).
func aclPublic(acl string) sbom.Tri {
	acl = strings.ToLower(strings.ReplaceAll(acl, "-", ""))
	switch acl {
	case "":
		return sbom.Unstated
	case "publicread", "publicreadwrite":
		return sbom.Yes
	}
	return sbom.No
}

// joinStore adds what other resources say about a store.
func (c *cloud) joinStore(r resource) {
	switch r.kind {
	case "aws_s3_bucket_versioning":
		c.ofStore(r, "bucket", func(s *sbom.Store) { s.Versioning = enabled(c.get(r, "versioning_configuration", "status")) })
	case "aws_s3_bucket_acl":
		c.ofStore(r, "bucket", func(s *sbom.Store) {
			s.Public = aclPublic(c.get(r, "acl").text)
			if c.get(r, "acl").text == "public-read-write" {
				s.Writers = append(s.Writers, "*")
			}
		})
	case "aws_s3_bucket_public_access_block":
		c.ofStore(r, "bucket", func(s *sbom.Store) {
			blocked := c.get(r, "block_public_acls").tri() == sbom.Yes || c.get(r, "ignore_public_acls").tri() == sbom.Yes
			if blocked && c.get(r, "restrict_public_buckets").tri() != sbom.No {
				s.Public = sbom.No
			}
		})
	case "aws_s3_bucket_server_side_encryption_configuration":
		c.ofStore(r, "bucket", func(s *sbom.Store) { s.Encryption = sbom.Yes })
	case "aws_s3_bucket_object_lock_configuration":
		c.ofStore(r, "bucket", func(s *sbom.Store) { s.Lock = sbom.Yes })
	case "aws_s3_bucket_policy", "aws_ecr_repository_policy":
		c.publicPolicy(r)
	case "google_storage_bucket_iam_member", "google_storage_bucket_iam_binding", "google_storage_bucket_access_control":
		c.ofStore(r, "bucket", func(s *sbom.Store) { c.members(r, s) })
	case "azurerm_postgresql_firewall_rule", "azurerm_postgresql_flexible_server_firewall_rule", "azurerm_mysql_flexible_server_firewall_rule", "azurerm_mssql_firewall_rule":
		if c.admitsAll(r) {
			for _, key := range []string{"server_id", "server_name"} {
				c.ofStore(r, key, func(s *sbom.Store) { s.Public = sbom.Yes })
			}
		}
	case "google_artifact_registry_repository_iam_member":
		c.ofStore(r, "repository", func(s *sbom.Store) { c.members(r, s) })
	}
}

func (c *cloud) ofStore(r resource, key string, apply func(*sbom.Store)) {
	t, ok := c.target(r.folder, r.config.get(key))
	for i := range c.inv.Stores {
		s := &c.inv.Stores[i]
		if ok && s.At == t.at || !ok && s.Name != "" && s.Name == c.get(r, key).text {
			apply(s)
		}
	}
}

// members reads a binding of Google Cloud's IAM; who may change objects is a writer.
func (c *cloud) members(r resource, s *sbom.Store) {
	role := strings.ToLower(c.get(r, "role").text)
	names := append(c.get(r, "members").strings(), c.get(r, "member").strings()...)
	if t := c.get(r, "entity").text; t != "" {
		names = append(names, t)
	}
	for _, name := range names {
		if strings.Contains(role, "admin") || strings.Contains(role, "writer") || strings.Contains(role, "creator") || strings.Contains(role, "owner") {
			s.Writers = append(s.Writers, name)
		} else {
			s.Readers = append(s.Readers, name)
		}
		if name == "allUsers" {
			s.Public = sbom.Yes
		}
	}
}

var writeAction = regexp.MustCompile(`(?i):(\*|put|delete|create|upload|initiate|complete)`)

// publicPolicy reads a resource policy that lets everybody in.
func (c *cloud) publicPolicy(r resource) {
	policy := c.get(r, "policy")
	if !policy.given() {
		policy = c.get(r, "policy_document") // CloudFormation
	}
	if t, ok := c.target(r.folder, r.config.get("policy")); ok && t.kind == "data.aws_iam_policy_document" {
		policy = t.config
	}
	key := "bucket"
	if r.kind == "aws_ecr_repository_policy" {
		key = "repository"
	}
	for _, name := range []string{"Statement", "statement"} {
		for _, s := range policy.get(name).each() {
			if strings.EqualFold(writtenText(s.get("Effect"), s.get("effect")), "Deny") || s.has("Condition") || s.has("condition") || !anybody(s) {
				continue
			}
			actions := append(s.get("Action").strings(), s.get("actions").strings()...)
			c.ofStore(r, key, func(store *sbom.Store) {
				store.Readers = append(store.Readers, "*")
				store.Public = sbom.Yes
				if slices.ContainsFunc(actions, writeAction.MatchString) || slices.Contains(actions, "*") {
					store.Writers = append(store.Writers, "*")
				}
			})
		}
	}
}

// anybody tells whether the principal of a statement is everybody.
func anybody(s value) bool {
	for _, p := range []value{s.get("Principal"), s.get("Principal", "AWS"), s.get("principals", "identifiers")} {
		if slices.Contains(p.strings(), "*") {
			return true
		}
	}
	return false
}

// exposure states ways in that the cloud opens.
func (c *cloud) exposure(r resource) {
	switch r.kind {
	case "aws_lambda_function_url":
		if t, ok := c.target(r.folder, r.config.get("function_name")); ok {
			c.expose(t, r, sbom.Yes, sbom.TriOf(!strings.EqualFold(c.get(r, "authorization_type").text, "NONE")), sbom.Yes)
		}
	case "google_cloud_run_service_iam_member", "google_cloud_run_v2_service_iam_member", "google_cloud_run_service_iam_binding":
		names := append(c.get(r, "members").strings(), c.get(r, "member").strings()...)
		for _, key := range []string{"service", "name"} {
			if t, ok := c.target(r.folder, r.config.get(key)); ok && slices.Contains(names, "allUsers") && strings.HasSuffix(c.get(r, "role").text, "run.invoker") {
				c.expose(t, r, sbom.TriOf(!strings.Contains(c.get(t, "ingress").text, "INTERNAL")), sbom.No, sbom.Yes)
				return
			}
		}
	case "azureml_online_endpoint": // public unless it says otherwise, always with a key or a token
		c.expose(r, r, firstStated(c.get(r, "public_network_access_enabled").tri(), sbom.Yes), sbom.Yes, sbom.Yes)
	case "aws_ecs_service":
		c.ecsService(r)
	}
}

// expose adds a way in to the workload of a resource.
func (c *cloud) expose(to, r resource, public, auth, tls sbom.Tri) {
	c.inv.Exposures = append(c.inv.Exposures, sbom.Exposure{Workload: to.name, Name: r.name, Kind: "endpoint", Public: public, Auth: auth, TLS: tls, At: r.at})
}

// ecsService follows service → target group → listener → load balancer.
func (c *cloud) ecsService(r resource) {
	task, ok := c.target(r.folder, r.config.get("task_definition"))
	group, bound := c.target(r.folder, r.config.get("load_balancer", "target_group_arn"))
	if !ok || !bound {
		return
	}
	for _, l := range c.resources {
		if l.folder != r.folder || l.kind != "aws_lb_listener" && l.kind != "aws_alb_listener" {
			continue
		}
		if t, ok := c.target(l.folder, l.config.get("default_action", "target_group_arn")); !ok || t.address() != group.address() {
			continue
		}
		lb, ok := c.target(l.folder, l.config.get("load_balancer_arn"))
		if !ok {
			continue
		}
		public := opposite(firstStated(c.get(lb, "internal").tri(), sbom.No)) // the default is false
		auth := sbom.No
		for _, a := range l.config.get("default_action").each() {
			if strings.HasPrefix(a.get("type").text, "authenticate-") {
				auth = sbom.Yes
			}
		}
		if auth == sbom.No {
			auth = c.taskLogin(task)
		}
		c.expose(task, l, public, auth, sbom.TriOf(slices.Contains([]string{"HTTPS", "TLS"}, strings.ToUpper(c.get(l, "protocol").text))))
	}
}

func (c *cloud) taskLogin(task resource) sbom.Tri {
	for _, w := range c.inv.Workloads {
		if w.At == task.at {
			return workloadLogin(w)
		}
	}
	return sbom.Unstated
}
