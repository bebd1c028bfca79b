callback({
 "vers": 0.01,
 "config": {
  "rate": "perhr",
  "valueColumns": [
   "linux",
   "mswin"
  ],
  "currencies": [
   "USD"
  ],
  "regions": [
   {
    "region": "us-east",
    "footnotes": {
     "*": "notAvailable"
    },
    "instanceTypes": [
     {
      "type": "gpuInstance",
      "sizes": [
       {
        "size": "p3.16xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "7.3440"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "14.7"
          }
         }
        ]
       },
       {
        "size": "g5.xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "N/A*"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "N/A*"
          }
         }
        ]
       }
      ]
     },
     {
      "type": "generalCurrentGen",
      "sizes": [
       {
        "size": "m5.large",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "0.0358"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "0.12"
          }
         }
        ]
       }
      ]
     }
    ]
   },
   {
    "region": "apac-sin",
    "instanceTypes": [
     {
      "type": "gpuInstance",
      "sizes": [
       {
        "size": "p2.xlarge",
        "valueColumns": [
         {
          "name": "linux",
          "prices": {
           "USD": "N/A*"
          }
         },
         {
          "name": "mswin",
          "prices": {
           "USD": "N/A*"
          }
         }
        ]
       }
      ]
     }
    ]
   }
  ]
 }
});
