// Package sprig is here sprig's own: the build lays this file beside its functions, and replaces those that differ from run to run.
package sprig

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math"
	"math/rand"
	"sort"
	"strings"
	"time"
)

// fixedTime is when every run happens.
var fixedTime = time.Date(2024, time.January, 2, 3, 4, 5, 0, time.UTC)

func init() {
	for name, function := range fixedFunctions {
		if _, known := genericMap[name]; !known {
			panic("sprig has no function " + name)
		}
		genericMap[name] = function
	}
}

var fixedFunctions = map[string]interface{}{
	"now": func() time.Time { return fixedTime },
	// What is no date is now.
	"ago":  func(value interface{}) string { return fixedTime.Sub(fixedDate(value)).Round(time.Second).String() },
	"date": func(layout string, value interface{}) string { return date(layout, fixedDate(value)) },
	"dateInZone": func(layout string, value interface{}, zone string) string {
		return dateInZone(layout, fixedDate(value), zone)
	},
	"date_in_zone": func(layout string, value interface{}, zone string) string {
		return dateInZone(layout, fixedDate(value), zone)
	},
	"htmlDate":       func(value interface{}) string { return htmlDate(fixedDate(value)) },
	"htmlDateInZone": func(value interface{}, zone string) string { return htmlDateInZone(fixedDate(value), zone) },

	"randAlphaNum": repeated("x"),
	"randAlpha":    repeated("a"),
	"randNumeric":  repeated("1"),
	"randAscii":    repeated("z"),
	"randBytes": func(count int) (string, error) {
		return base64.StdEncoding.EncodeToString(make([]byte, count)), nil
	},
	// The range is checked as by the real one.
	"randInt": func(min, max int) int { return rand.Intn(max-min)*0 + min },
	"shuffle": func(text string) string { return text },
	"uuidv4":  func() string { return "00000000-0000-4000-8000-000000000000" },

	"keys":   sortedKeys,
	"values": sortedValues,

	"bcrypt": fixedHash,
	"htpasswd": func(user, password string) string {
		if strings.Contains(user, ":") {
			return "invalid username: " + user
		}
		return user + ":" + fixedHash(password)
	},
	"genPrivateKey": func(kind string) string {
		switch kind {
		case "", "rsa", "dsa", "ecdsa", "ed25519":
			return fixedPem("PRIVATE KEY", "key:"+kind)
		}
		return "Unknown type " + kind
	},
	"genCA": fixedAuthority,
	"genCAWithKey": func(name string, days int, key string) (certificate, error) {
		return withKey(fixedAuthority(name, days))(key)
	},
	"genSelfSignedCert": fixedSelfSigned,
	"genSelfSignedCertWithKey": func(name string, ips, names []interface{}, days int, key string) (certificate, error) {
		return withKey(fixedSelfSigned(name, ips, names, days))(key)
	},
	"genSignedCert": fixedSigned,
	"genSignedCertWithKey": func(name string, ips, names []interface{}, days int, ca certificate, key string) (certificate, error) {
		return withKey(fixedSigned(name, ips, names, days, ca))(key)
	},
}

// fixedDate is what sprig takes a value for.
func fixedDate(value interface{}) time.Time {
	switch value := value.(type) {
	case time.Time:
		return value
	case *time.Time:
		return *value
	case int64:
		return time.Unix(value, 0)
	case int:
		return time.Unix(int64(value), 0)
	case int32:
		return time.Unix(int64(value), 0)
	}
	return fixedTime
}

func repeated(letter string) func(int) string {
	return func(count int) string { return strings.Repeat(letter, int(math.Max(float64(count), 0))) }
}

func sortedKeys(tables ...map[string]interface{}) []string {
	found := []string{}
	for _, table := range tables {
		start := len(found)
		for key := range table {
			found = append(found, key)
		}
		sort.Strings(found[start:])
	}
	return found
}

func sortedValues(table map[string]interface{}) []interface{} {
	found := []interface{}{}
	for _, key := range sortedKeys(table) {
		found = append(found, table[key])
	}
	return found
}

func fixedHash(password string) string {
	return "$2a$10$" + fmt.Sprintf("%x", sha256.Sum256([]byte(password)))[:53]
}

func fixedPem(kind, content string) string {
	body := base64.StdEncoding.EncodeToString([]byte(content))
	return "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n"
}

func fixedCertificate(content string) (certificate, error) {
	return certificate{Cert: fixedPem("CERTIFICATE", content), Key: fixedPem("RSA PRIVATE KEY", content)}, nil
}

func fixedAuthority(name string, days int) (certificate, error) {
	return fixedCertificate(fmt.Sprintf("ca:%s:%d", name, days))
}

func fixedSelfSigned(name string, ips, names []interface{}, days int) (certificate, error) {
	return fixedCertificate(fmt.Sprintf("self:%s:%v:%v:%d", name, ips, names, days))
}

func fixedSigned(name string, ips, names []interface{}, days int, ca certificate) (certificate, error) {
	digest := fmt.Sprintf("%x", sha256.Sum256([]byte(ca.Cert)))[:16]
	return fixedCertificate(fmt.Sprintf("signed:%s:%v:%v:%d:%s", name, ips, names, days, digest))
}

// withKey takes a given key instead of the made one.
func withKey(made certificate, err error) func(string) (certificate, error) {
	return func(key string) (certificate, error) { return certificate{Cert: made.Cert, Key: key}, err }
}
