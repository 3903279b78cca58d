package evidence

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mlpolicy/mlpolicy/sbom"
)

// generated looks like a password that somebody made, without being one of a person.
var generated = strings.Join([]string{"Tr0ub4dor", "7zQx9"}, "-")

func TestPasswordsOfInfrastructure(t *testing.T) {
	for _, c := range []struct {
		name, path, text string
		line             int
	}{
		{"default of a variable", "main.tf", "variable \"db_password\" {\n  default = \"" + generated + "\"\n}", 2},
		{"argument", "main.tf", "resource \"aws_db_instance\" \"d\" {\n  engine   = \"postgres\"\n  password = \"" + generated + "\"\n}", 3},
		{"values of variables", "prod.tfvars", "region = \"eu\"\nadmin_password = \"" + generated + "\"", 2},
		{"parameter of CloudFormation", "stack.yaml", "Parameters:\n  DbPassword:\n    Default: " + generated + "\nResources:\n  Db: {Type: 'AWS::RDS::DBInstance'}", 3},
		{"from a variable", "main.tf", "variable \"db_password\" {}\nresource \"aws_db_instance\" \"d\" { password = var.db_password }", 0},
		{"word", "main.tf", "variable \"db_password\" { default = \"postgres\" }", 0},
		{"name of an object", "main.tf", "resource \"x\" \"y\" { secret = \"hf-t0ken-v1-prod\" }", 0},
		{"name of a key", "main.tf", "variable \"api_key\" { default = \"projects-secret-7f3k\" }", 0},
		{"shape of an issuer", "main.tf", "variable \"hf_token\" { default = \"hf_" + strings.Repeat("aBcDeFgHiJkLmNoPq", 2) + "\" }", 0},
		{"another name", "main.tf", "variable \"hash\" { default = \"" + generated + "\" }", 0},
	} {
		inv := collectFiles(t, map[string]string{c.path: c.text})
		line := 0
		for _, s := range inv.Secrets {
			if s.Context == "infrastructure" {
				line = s.At.Line
			}
		}
		if line != c.line {
			t.Errorf("%s: line %d, want %d; secrets are %+v", c.name, line, c.line, inv.Secrets)
		}
		if strings.Contains(fmt.Sprint(inv.Secrets), generated) {
			t.Errorf("%s: the value left the scanner", c.name)
		}
	}
}

func TestOpenDatabases(t *testing.T) {
	sql := func(inside string) string {
		return "resource \"google_sql_database_instance\" \"db\" {\n  settings {\n    ip_configuration {\n" + inside + "\n    }\n  }\n}"
	}
	server := "resource \"azurerm_postgresql_flexible_server\" \"s\" { name = \"s\" }\n"
	rule := func(from, to string) string {
		return "resource \"azurerm_postgresql_flexible_server_firewall_rule\" \"r\" {\n  server_id = azurerm_postgresql_flexible_server.s.id\n  start_ip_address = \"" + from + "\"\n  end_ip_address = \"" + to + "\"\n}"
	}
	for _, c := range []struct {
		name, text string
		public     sbom.Tri
		writers    int
	}{
		{"every address", sql("authorized_networks { value = \"0.0.0.0/0\" }"), sbom.Yes, 0},
		{"every address of a variable", "variable \"net\" { default = \"0.0.0.0/0\" }\n" + sql("authorized_networks { value = var.net }"), sbom.Yes, 0},
		{"one network", sql("authorized_networks { value = \"10.0.0.0/8\" }"), sbom.Unstated, 0},
		{"no address of its own", sql("ipv4_enabled = false\nauthorized_networks { value = \"0.0.0.0/0\" }"), sbom.No, 0},
		{"instance", "resource \"aws_rds_cluster_instance\" \"i\" { publicly_accessible = true }", sbom.Yes, 0},
		{"whole range", server + rule("0.0.0.0", "255.255.255.255"), sbom.Yes, 0},
		{"services of the cloud", server + rule("0.0.0.0", "0.0.0.0"), sbom.Unstated, 0},
		{"registry with an account", "resource \"azurerm_container_registry\" \"r\" { admin_enabled = true }", sbom.Unstated, 1},
		{"registry without", "resource \"azurerm_container_registry\" \"r\" { admin_enabled = false }", sbom.Unstated, 0},
	} {
		inv := collectFiles(t, map[string]string{"main.tf": c.text})
		if len(inv.Stores) != 1 || inv.Stores[0].Public != c.public || len(inv.Stores[0].Writers) != c.writers {
			t.Errorf("%s: stores are %+v, want public %s and %d writers", c.name, inv.Stores, c.public, c.writers)
		}
	}
}
